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

/** The driver's type is a union with one member per mechanism, hence the cast. */
const saslOf = ({ mechanism, ...credentials }: KafkaLogin): SASLOptions => ({ mechanism, ...credentials }) as SASLOptions

/** A kafkajs client with this service's patches, sockets, log and time-outs; the driver's own defaults are too slow. */
export const kafkaClient = (options: KafkaOptions, sockets: Sockets, retry: RetryOptions): Kafka => {
  stopIdleTimers()
  encodeVarintsInPlace()
  ignoreForeignTopicErrors()
  skipEmptyBatches()
  const { brokers, clientId, security, times, log } = options
  const { tls, login } = security ?? {}
  // `ssl` is not copied: it reads changed files for each new connection.
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: tls }),
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
