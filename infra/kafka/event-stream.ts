import { PublishError } from '../../shared/ports/command-log.ts'
import type { EventStream, StreamRecord } from '../../shared/ports/event-stream.ts'
import { batcher } from '../../shared/runtime/async/batcher.ts'
import type { KafkaOptions } from './driver/kafka-options.ts'
import { topicsOf } from './driver/topics.ts'
import { kafkaProducer } from './producer/producer.ts'

/** Options of the event stream. */
export interface KafkaEventStreamOptions extends KafkaOptions {
  /** Number of partitions with which `chat.events` is created. */
  readonly partitions: number
}

/** The largest number of publishes that are sent together: one for each partition of a busy writer. */
const publishesTogether = 60

/**
 * The event stream on Kafka: `chat.events`, keyed by the stream. Publishes that
 * arrive while another is pending are sent together, and fail together.
 */
export const kafkaEventStream = (options: KafkaEventStreamOptions): EventStream => {
  const { events } = topicsOf(options.namespace, options.partitions)
  const producer = kafkaProducer(options)
  /** An event that is too large would fail every attempt, and block the rooms of its partition. */
  const leaveOutTooLarge = (error: unknown): void => {
    if (!(error instanceof PublishError) || error.kind !== 'too_large') throw error
    const topic = events.name
    options.log.error({ topic, events: error.tooLarge.size }, 'events exceed the size limit of the topic and were left out')
  }
  const publish = batcher<readonly StreamRecord[], undefined>({
    run: async (publishes) => {
      await producer.publish(events.name, publishes.flat()).catch(leaveOutTooLarge)
      return publishes.map(() => undefined)
    },
    maxItems: publishesTogether,
  })
  return { publish, close: producer.close }
}
