import type { EventAge, EventKey } from '../../shared/ports/stream-summary.ts'
import type { DistributedConfig } from '../../shared/runtime/config/config.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { PartitionLag } from '../kafka/admin/group-lag.ts'
import { groupLag } from '../kafka/admin/group-lag.ts'
import { topicRetention } from '../kafka/admin/topic-retention.ts'
import type { OnStreamRecord } from '../kafka/consumer/event-tail.ts'
import { readEvents, tailEvents } from '../kafka/consumer/event-tail.ts'
import { topicsOf } from '../kafka/driver/topics.ts'
import { partitionOf } from '../kafka/producer/partitioner.ts'
import { readAges, readNamedSummaries, readSummaries } from '../postgres/admin/read-summaries.ts'
import type { SummarySlice } from '../postgres/event-store/stream-summaries.ts'
import type { OpenedIn } from './open-database-and-log.ts'
import type { DistributedAdapters } from './open-distributed-adapters.ts'
import { openDistributedAdapters } from './open-distributed-adapters.ts'

/** The adapters of an audit, closed with the process. */
export interface AuditAdapters extends DistributedAdapters {
  readonly clock: typeof systemClock
  readonly partitions: number
  readonly partitionOf: (key: string) => number
  readonly progress: () => Promise<readonly PartitionLag[]>
  readonly readSummaries: (onSlice: (slice: SummarySlice) => void | Promise<void>, streams?: readonly string[]) => Promise<void>
  readonly ages: (events: readonly EventKey[]) => Promise<readonly EventAge[]>
  readonly readEvents: (onRecord: OnStreamRecord) => Promise<void>
  readonly eventRetentionMs: () => Promise<number | undefined>
  readonly caughtUp: () => Promise<void>
}

/** Opens the adapters of an audit. `onRecord` receives every record that is published to the event stream from now on. */
export const openAuditAdapters = async (
  config: DistributedConfig,
  service: OpenedIn,
  onRecord: OnStreamRecord,
): Promise<AuditAdapters> => {
  const ports = await openDistributedAdapters(config, 'chat-audit', service)
  const tail = await tailEvents(ports.kafka, 'end', onRecord)
  service.life.add('event tail', tail.close)
  return {
    ...ports,
    clock: systemClock,
    partitions: config.partitions,
    partitionOf: (key) => partitionOf(key, config.partitions),
    progress: () => groupLag(ports.kafka),
    readSummaries: (onSlice, streams) =>
      streams === undefined
        ? readSummaries(config.databaseUrl, service.log, onSlice)
        : readNamedSummaries(config.databaseUrl, service.log, streams, onSlice),
    ages: (events) => readAges(config.databaseUrl, service.log, events),
    readEvents: (each) => readEvents(ports.kafka, each),
    eventRetentionMs: async () => (await topicRetention(ports.kafka, topicsOf(config.namespace, config.partitions))).events,
    caughtUp: tail.caughtUp,
  }
}
