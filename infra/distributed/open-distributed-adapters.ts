import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { MemberStates } from '../../shared/ports/member-state.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { DistributedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { awaitTopics } from '../kafka/admin/await-topics.ts'
import type { KafkaCommandLogOptions } from '../kafka/command-log.ts'
import { kafkaCommandLog } from '../kafka/command-log.ts'
import { kafkaSecurity } from '../kafka/driver/kafka-security.ts'
import { awaitDatabase, awaitSchema } from '../postgres/await-schema.ts'
import { assertDirectSession } from '../postgres/connection/direct-session.ts'
import { createPoolMetrics } from '../postgres/connection/pool-metrics.ts'
import { openDatabase } from '../postgres/database.ts'
import { redisFanOut } from '../redis/redis-fan-out.ts'
import { redisTls } from '../redis/redis-tls.ts'
import { createCertificateMetrics } from '../tls/certificate-metrics.ts'
import { certificateFiles } from './certificate-files.ts'

/** The adapters that gateways, writers and audits share. */
export interface DistributedAdapters {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  readonly fanOut: FanOut
  /** Options for further adapters on the same brokers. */
  readonly kafka: KafkaCommandLogOptions
}

/** The process of the adapters. Without `metrics` they are not measured. */
export interface OpenedIn extends Pick<ServiceProcess, 'log' | 'life'>, Pick<KafkaCommandLogOptions, 'onAssignment'> {
  readonly metrics?: Pick<ServiceProcess['metrics'], 'registry'>
}

/**
 * Opens the adapters on Postgres, Redis and Kafka, which close with the process.
 * Resolves when the tables and topics are as this program needs them; Redis may
 * be available later. Rejects with `StartError`.
 */
export const openDistributedAdapters = async (
  config: DistributedConfig,
  name: string,
  { log, life, metrics, onAssignment }: OpenedIn,
): Promise<DistributedAdapters> => {
  const { databaseUrl, redisUrl, redisCluster, kafkaBrokers, namespace, partitions, times, bounds, limits, security } = config
  const keepsDeleted = config.deletedKeepDays > 0
  const database = await openDatabase({ url: databaseUrl, applicationName: name, times, bounds, keepsDeleted, log })
  life.add('database', database.close)
  if (metrics !== undefined) {
    createPoolMetrics(metrics.registry, database.poolUse)
    createCertificateMetrics(metrics.registry, certificateFiles(config))
  }
  await awaitDatabase(() => assertDirectSession(databaseUrl, times, log), log)
  await awaitSchema(database, log)

  const kafka = {
    brokers: kafkaBrokers,
    namespace,
    partitions,
    clientId: name,
    security: kafkaSecurity(security),
    times,
    clock: systemClock,
    log,
    onAssignment,
  }
  const needs = { frameBytes: limits.frameBytes, copies: config.replicationFactor }
  await awaitTopics(kafka, needs, config.eventsRetentionDays)
  const commandLog = kafkaCommandLog(kafka)
  life.add('command log', commandLog.close)

  const tls = redisTls(security)
  const fanOut = await redisFanOut({ url: redisUrl, isCluster: redisCluster, tls, namespace, times, log })
  life.add('fan-out', fanOut.close)
  return {
    commandLog,
    eventStore: database.eventStore,
    readModel: database.readModel,
    memberStates: database.memberStates,
    fanOut,
    kafka,
  }
}
