import type { CommandLog, Consumption } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'
import { consumerSession } from './consumer/consumer-session.ts'
import { consumption } from './consumer/consumption.ts'
import { originalOf } from './consumer/record-text.ts'
import { sessionTimes } from './consumer/session-times.ts'
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
  const { namespace, partitions, times, clock, log } = options
  const topics = topicsOf(namespace, partitions)
  const producer = kafkaProducer({ ...options, expectedPartitions: new Map([[topics.commands.name, partitions]]) })
  const closing = new AbortController()
  const consumptions = new Set<Promise<Consumption>>()

  return {
    publish: (records) => producer.publish(topics.commands.name, records),
    consume: (handler) => {
      const fixed = { ...options, topic: topics.commands.name, group: writerGroup(namespace) }
      const session = sessionTimes(times, log)
      const openSession = () => consumerSession({ ...fixed, times: session.current, causeOf: session.causeOf }, handler)
      const begun = consumption({ openSession, closing: closing.signal, times, clock, log })
      consumptions.add(begun)
      return begun
    },
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
      closing.abort(new Error('the command log is closed'))
      for (const begun of consumptions) {
        await begun.then(
          ({ stop }) => stop(),
          // The caller of `consume` has received this error.
          () => {},
        )
      }
      await producer.close()
    },
  }
}
