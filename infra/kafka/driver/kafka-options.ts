import type { Clock } from '../../../shared/ports/clock.ts'
import type { KafkaLogin } from '../../../shared/runtime/config/security-config.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { TlsMaterial } from '../../tls/tls-files.ts'

/** The settings of time that the Kafka adapters use. */
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

/** TLS and login for the connections to the brokers. */
export interface KafkaSecurity {
  readonly tls: TlsMaterial | undefined
  readonly login: KafkaLogin | undefined
}

/** Options of every Kafka adapter. */
export interface KafkaOptions {
  /** `host:port` of one or more brokers; the others are discovered. */
  readonly brokers: readonly string[]
  /** Prefix of topics and groups; empty for none. */
  readonly namespace: string
  /** Identifies the client in the logs and quotas of the brokers. */
  readonly clientId: string
  /** Absent: no TLS and no login. */
  readonly security?: KafkaSecurity
  readonly times: KafkaTimes
  readonly clock: Clock
  readonly log: Log
}
