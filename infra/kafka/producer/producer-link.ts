import type { Message } from 'kafkajs'
import { withDeadline } from '../../../shared/runtime/async/with-deadline.ts'
import { kafkaClient } from '../client.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import { clientSockets } from '../driver/sockets.ts'
import { keyPartitioner } from './partitioner.ts'
import { publishError } from './publish-error.ts'

/** Options of a producer. */
export interface ProducerOptions extends KafkaOptions {
  /** By topic. A publish to a topic with another number of partitions is refused. */
  readonly expectedPartitions?: ReadonlyMap<string, number>
}

/** After the number of partitions of a topic has changed, a producer may use the old number for this long. */
export const partitionsKnownForMs = 5_000

/** The connections of a producer until their first failure. A failed link is replaced, never repaired. */
export interface ProducerLink {
  /** A connection has failed or ended: end this link and open another one. */
  readonly hasFailed: boolean
  /**
   * One attempt to publish. Resolves when all records are durable; rejects with
   * `PublishError`, and records that were not written to a socket before are
   * never sent.
   */
  send(topic: string, records: readonly Message[]): Promise<void>
  /** Destroys the connections; pending attempts fail. */
  end(): Promise<void>
}

/** One connection attempt per configured broker; the caller decides whether to retry a publish. */
const attempts = (brokers: readonly string[]) => ({ retries: brokers.length - 1, initialRetryTime: 50 })

/**
 * Creates a link; the first `send` connects it. A link is not reused after a
 * failure, because the driver may still send a queued request, or keep outdated
 * metadata. Destroying the sockets discards unsent requests, and the next link
 * reads all metadata again.
 */
export const producerLink = (options: ProducerOptions): ProducerLink => {
  const { times, brokers, expectedPartitions } = options
  const sockets = clientSockets()
  const producer = kafkaClient(options, sockets, attempts(brokers)).producer({
    allowAutoTopicCreation: false,
    createPartitioner: keyPartitioner(expectedPartitions),
    metadataMaxAge: partitionsKnownForMs,
    retry: { retries: 0 },
  })
  let connecting: Promise<void> | undefined
  let isShut = false

  const connect = (): Promise<void> => {
    connecting ??= withDeadline(
      producer.connect(),
      times.kafkaConnectMs,
      `no broker has answered within ${times.kafkaConnectMs} ms`,
    )
    return connecting
  }

  const attempt = async (topic: string, records: readonly Message[]): Promise<void> => {
    await connect()
    const sent = producer.send({ topic, messages: [...records], acks: -1, timeout: times.producerRequestMs })
    await withDeadline(sent, times.producerRequestMs, `no answer within ${times.producerRequestMs} ms`)
  }

  const shut = (): void => {
    isShut = true
    sockets.shut()
  }

  return {
    get hasFailed() {
      return isShut || sockets.hasLost
    },
    send: async (topic, records) => {
      const before = sockets.produced
      try {
        await attempt(topic, records)
      } catch (error) {
        shut()
        throw publishError(error, sockets.produced > before, records)
      }
    },
    end: async () => {
      shut()
      // Clears the driver's timers; its sockets are destroyed already.
      await producer.disconnect().catch(() => {})
    },
  }
}
