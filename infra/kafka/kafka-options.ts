import type { Clock } from '../../shared/ports/clock.ts'
import type { Times } from '../../shared/runtime/times.ts'
import type { KafkaLog } from './kafka-log.ts'

export type KafkaTimes = Pick<
  Times,
  | 'consumerSessionMs'
  | 'consumerHeartbeatMs'
  | 'consumerRebalanceMs'
  | 'consumerFetchWaitMs'
  | 'offsetCommitMs'
  | 'producerRequestMs'
  | 'producerRetryMs'
  | 'kafkaConnectMs'
  | 'retryFirstMs'
  | 'retryMostMs'
>

/** How to reach Kafka, and whose topics. */
export interface KafkaOptions {
  /** `host:port` of one or more brokers; they name the others. */
  readonly brokers: readonly string[]
  /** Prefix of topics and groups; empty for none. */
  readonly namespace: string
  /** By which brokers tell clients apart, in logs and quotas. */
  readonly clientId: string
  readonly times: KafkaTimes
  readonly clock: Clock
  readonly log: KafkaLog
}
