import type { Admin } from 'kafkajs'
import { withDeadline } from '../../../shared/runtime/async/with-deadline.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import { kafkaClient } from '../client.ts'
import { reasonOf } from '../driver/driver-error.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import { clientSockets } from '../driver/sockets.ts'

/** Kafka is unavailable, or its topics are not ready; the message is for an operator. */
export class KafkaError extends Error {}

/** A broker that is starting does not know its topics at once. */
const retry = { retries: 5, initialRetryTime: 100 }

/** Longer than all attempts together. */
const deadlineMs = 20_000

/** Runs `work` on a new admin connection and closes it. Rejects with `KafkaError`, or with the `StartError` that `work` throws. */
export const withAdmin = async <T>(options: KafkaOptions, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const sockets = clientSockets()
  const admin = kafkaClient(options, sockets, retry).admin()
  const connected = async (): Promise<T> => {
    await admin.connect()
    return work(admin)
  }
  try {
    return await withDeadline(connected(), deadlineMs, `no answer within ${deadlineMs} ms`)
  } catch (error) {
    if (error instanceof KafkaError || error instanceof StartError) throw error
    throw new KafkaError(`Kafka at ${options.brokers.join(', ')}: ${reasonOf(error)}`, { cause: error })
  } finally {
    sockets.shut()
    await admin.disconnect().catch(() => {})
  }
}
