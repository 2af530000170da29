import type { Clock } from '../../../shared/ports/clock.ts'
import type { KafkaLogin } from '../../../shared/runtime/config/security-config.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { TlsMaterial } from '../../tls/tls-files.ts'

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

/** How the brokers are to be trusted, and who comes to them. */
export interface KafkaSecurity {
  readonly tls: TlsMaterial | undefined
  readonly login: KafkaLogin | undefined
}

/** How to reach Kafka, and whose topics. */
export interface KafkaOptions {
  /** `host:port` of one or more brokers; they name the others. */
  readonly brokers: readonly string[]
  /** Prefix of topics and groups; empty for none. */
  readonly namespace: string
  /** By which brokers tell clients apart, in logs and quotas. */
  readonly clientId: string
  /** Absent: without TLS, and without logging in. */
  readonly security?: KafkaSecurity
  readonly times: KafkaTimes
  readonly clock: Clock
  readonly log: Log
}
