import type { RetryOptions, SASLOptions } from 'kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaLogin } from '../../shared/runtime/config/security-config.ts'
import { driverLog } from './driver/driver-log.ts'
import type { KafkaOptions } from './driver/kafka-options.ts'
import type { Sockets } from './driver/sockets.ts'
import { skipEmptyBatches } from './kafkajs-patches/empty-batches.ts'
import { ignoreForeignTopicErrors } from './kafkajs-patches/foreign-topics.ts'
import { stopIdleTimers } from './kafkajs-patches/idle-timers.ts'
import { encodeVarintsInPlace } from './kafkajs-patches/varints.ts'

/** The driver's types want each mechanism by itself. */
const saslOf = ({ mechanism, ...who }: KafkaLogin): SASLOptions => ({ mechanism, ...who }) as SASLOptions

/** A client of the driver, with nothing left to the driver's defaults that are too slow for us. */
export const kafkaClient = (options: KafkaOptions, sockets: Sockets, retry: RetryOptions): Kafka => {
  stopIdleTimers()
  encodeVarintsInPlace()
  ignoreForeignTopicErrors()
  skipEmptyBatches()
  const { brokers, clientId, security, times, log } = options
  const { tls, login } = security ?? {}
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: { ...tls, rejectUnauthorized: true } }),
    ...(login === undefined ? {} : { sasl: saslOf(login) }),
    connectionTimeout: times.kafkaConnectMs,
    authenticationTimeout: times.kafkaConnectMs,
    requestTimeout: times.producerRequestMs,
    socketFactory: sockets.create,
    retry: { maxRetryTime: times.producerRetryMs, ...retry },
    logLevel: logLevel.INFO,
    logCreator: driverLog(log),
  })
}
