import type { EventStream, StreamRecord } from '../../shared/ports/event-stream.ts'
import { batcher } from '../../shared/runtime/batcher.ts'
import type { KafkaOptions } from './kafka-options.ts'
import { kafkaProducer } from './producer.ts'
import { topicsOf } from './topics.ts'

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
  const publish = batcher<readonly StreamRecord[], undefined>({
    run: async (publishes) => {
      await producer.publish(events.name, publishes.flat())
      return publishes.map(() => undefined)
    },
    maxItems: publishesTogether,
  })
  return { publish, close: producer.close }
}
