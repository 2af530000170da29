import type { CommandLog } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'
import { groupConsumers } from './consumer/group-consumers.ts'
import { originalOf } from './consumer/record-text.ts'
import type { KafkaOptions } from './driver/kafka-options.ts'
import { topicsOf, writerGroup } from './driver/topics.ts'
import { kafkaProducer } from './producer/producer.ts'

/** Options of the command log, and of all that reads or changes its topics. */
export interface KafkaCommandLogOptions extends KafkaOptions {
  /** Number of partitions of `chat.commands`. */
  readonly partitions: number
  /** Called each time that the group assigns partitions to a consumer. */
  readonly onAssignment?: (() => void) | undefined
}

/**
 * The command log on Kafka: `chat.commands`, keyed by the stream, and
 * `chat.dead-letter`. All consumers of a namespace form one group, which begins
 * at the oldest record on the topic.
 */
export const kafkaCommandLog = (options: KafkaCommandLogOptions): CommandLog => {
  const { namespace, partitions } = options
  const topics = topicsOf(namespace, partitions)
  const producer = kafkaProducer({ ...options, expectedPartitions: new Map([[topics.commands.name, partitions]]) })
  const consumers = groupConsumers({ ...options, topic: topics.commands.name, group: writerGroup(namespace) })

  return {
    publish: (records) => producer.publish(topics.commands.name, records),
    consume: consumers.consume,
    deadLetter: async (record, reason) => {
      const { key, value, headers } = originalOf(record)
      const deadLetterHeaders = { reason, partition: String(record.partition), offset: record.offset }
      const publish = (text: typeof value) =>
        producer.publish(topics.deadLetter.name, [{ key, value: text, headers: { ...headers, ...deadLetterHeaders } }])
      try {
        await publish(value)
      } catch (error) {
        if (!(error instanceof PublishError) || error.kind !== 'too_large') throw error
        // The headers give the place of the complete record on `chat.commands`.
        await publish(null)
      }
    },
    close: async () => {
      await consumers.close()
      await producer.close()
    },
  }
}
