import type { RetryOptions } from 'kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { driverLog } from './driver-log.ts'
import { calmIdleQueues } from './idle-queue.ts'
import type { KafkaOptions } from './kafka-options.ts'
import type { Sockets } from './sockets.ts'

/** A client of the driver, with nothing left to the driver's defaults that are too slow for us. */
export const kafkaClient = (options: KafkaOptions, sockets: Sockets, retry: RetryOptions): Kafka => {
  calmIdleQueues()
  const { brokers, clientId, times, log } = options
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: times.kafkaConnectMs,
    authenticationTimeout: times.kafkaConnectMs,
    requestTimeout: times.producerRequestMs,
    socketFactory: sockets.create,
    retry: { maxRetryTime: times.producerRetryMs, ...retry },
    logLevel: logLevel.INFO,
    logCreator: driverLog(log),
  })
}
