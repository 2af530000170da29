import { PublishError } from '../../shared/ports/command-log.ts'
import type { EventStream, StreamRecord } from '../../shared/ports/event-stream.ts'
import { batcher } from '../../shared/runtime/async/batcher.ts'
import type { KafkaOptions } from './driver/kafka-options.ts'
import { topicsOf } from './driver/topics.ts'
import { kafkaProducer } from './producer/producer.ts'

export interface KafkaEventStreamOptions extends KafkaOptions {
  /** Of `chat.events`, as it was made. */
  readonly partitions: number
}

/** As many publishes go out together at most: one for each partition of a busy writer. */
const publishesTogether = 60

/**
 * The event stream on Kafka: `chat.events`, keyed by the stream. Publishes that
 * come while one is under way go out together; when that fails, all of them do.
 */
export const kafkaEventStream = (options: KafkaEventStreamOptions): EventStream => {
  const { events } = topicsOf(options.namespace, options.partitions)
  const producer = kafkaProducer(options)
  /** An event that no attempt can publish must not stop the rooms of its partition. */
  const leaveOutTooLarge = (error: unknown): void => {
    if (!(error instanceof PublishError) || error.kind !== 'too_large') throw error
    const topic = events.name
    options.log.error({ topic, events: error.tooLarge.size }, 'events are larger than the topic takes and were left out')
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
