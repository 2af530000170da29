import { PublishError } from '../../shared/ports/command-log.ts'
import type { ReadEventPage } from '../../shared/ports/event-pages.ts'
import type { StreamRecord } from '../../shared/ports/event-stream.ts'
import type { Addresses, SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import type { ReplayTopicState } from '../kafka/admin/open-replay-topic.ts'
import { openReplayTopic } from '../kafka/admin/open-replay-topic.ts'
import { kafkaProducer } from '../kafka/producer/producer.ts'
import type { CommandTraffic } from './command-traffic.ts'
import { commandTraffic } from './command-traffic.ts'
import { openDatabaseAndLog } from './open-database-and-log.ts'

/** The adapters of `admin replay`, which close with the process. */
export interface DistributedReplayAdapters {
  readonly epoch: () => Promise<string>
  readonly readPage: ReadEventPage
  readonly topic: ReplayTopicState
  /**
   * One attempt to publish to the topic. Resolves, when all other records are durable, with the number of those that are too
   * large for it; rejects with `PublishError`.
   */
  readonly publish: (records: readonly StreamRecord[]) => Promise<number>
  readonly traffic: () => Promise<CommandTraffic>
}

/** Opens the database and the topic, which is created if it is missing. Needs no Redis. */
export const openReplayAdapters = async (
  config: SharedConfig & Pick<Addresses, 'databaseUrl' | 'kafkaBrokers'>,
  service: Pick<ServiceProcess, 'log' | 'life'>,
  wanted: { readonly name: string; readonly keepDays: number },
): Promise<DistributedReplayAdapters> => {
  const { database, kafka } = await openDatabaseAndLog(config, 'chat-replay', service)
  const needs = { frameBytes: config.limits.frameBytes, copies: config.replicationFactor }
  const topic = await openReplayTopic(kafka, wanted, needs)
  const producer = kafkaProducer(kafka)
  service.life.add('replay producer', producer.close)
  return {
    epoch: async () => (await database.readModel.meta()).epoch,
    readPage: database.readEventPage,
    topic,
    publish: async (records) => {
      try {
        await producer.publish(topic.name, records)
        return 0
      } catch (error) {
        if (error instanceof PublishError && error.kind === 'too_large') return error.tooLarge.size
        throw error
      }
    },
    traffic: commandTraffic(kafka, () => 0),
  }
}
