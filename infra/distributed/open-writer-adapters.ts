import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { DistributedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { createRebalances } from '../kafka/consumer/rebalances.ts'
import { kafkaEventStream } from '../kafka/event-stream.ts'
import { holdWriterLock } from '../postgres/connection/writer-lock.ts'
import type { DistributedAdapters } from './open-distributed-adapters.ts'
import { openDistributedAdapters } from './open-distributed-adapters.ts'

/** The adapters of a writer in the distributed mode. */
export interface DistributedWriterAdapters extends DistributedAdapters {
  readonly eventStream: EventStream
}

/** Opens the adapters of a writer, which close with the process, and holds the writer lock, which excludes `rebuild`. */
export const openWriterAdapters = async (
  config: DistributedConfig,
  service: ServiceProcess,
): Promise<DistributedWriterAdapters> => {
  const { life, log } = service
  const rebalances = createRebalances(service.metrics.registry)
  const ports = await openDistributedAdapters(config, 'chat-writer', { ...service, onAssignment: () => rebalances.inc() })
  const eventStream = kafkaEventStream(ports.kafka)
  life.add('event stream', eventStream.close)
  const lock = holdWriterLock(config.databaseUrl, { log })
  life.add('writer lock', () => lock[Symbol.asyncDispose]())
  await lock.acquired
  return { ...ports, eventStream }
}
