import type { Message } from 'kafkajs'
import { withDeadline } from '../../../shared/runtime/async/with-deadline.ts'
import { kafkaClient } from '../client.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import { clientSockets } from '../driver/sockets.ts'
import { keyPartitioner } from './partitioner.ts'
import { publishError } from './publish-error.ts'

export interface ProducerOptions extends KafkaOptions {
  /** By topic; where a topic has another number, nothing is sent to it. */
  readonly expectedPartitions?: ReadonlyMap<string, number>
}

/** After a topic got more partitions, a producer may use the old number for this long. */
export const partitionsKnownForMs = 5_000

/** One life of a producer's connections: opened, used, closed; never mended. */
export interface ProducerLink {
  /** Something of it has failed or ended: it is to be ended, and another opened. */
  readonly isSpent: boolean
  /**
   * One attempt. Resolves when all are durable; rejects with `PublishError`,
   * and then nothing of it can reach a broker any more that was not on its way.
   */
  send(topic: string, records: readonly Message[]): Promise<void>
  /** Sends nothing more. Attempts under way fail. */
  end(): Promise<void>
}

/** Once to each broker that is named; another attempt at a publish is the caller's decision. */
const attempts = (brokers: readonly string[]) => ({ retries: brokers.length - 1, initialRetryTime: 50 })

/**
 * Never mended: after any failure the driver may still be about to send, hold
 * on to an old map of the cluster, or to a topic that is not there. With the
 * sockets destroyed, what was not sent never will be, and the next link reads
 * everything anew.
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
    get isSpent() {
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
      // Only to have its timers cleared; without sockets there is nothing left to go wrong.
      await producer.disconnect().catch(() => {})
    },
  }
}
