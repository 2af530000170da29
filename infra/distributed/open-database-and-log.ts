import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { Addresses, SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { awaitTopics } from '../kafka/admin/await-topics.ts'
import type { KafkaCommandLogOptions } from '../kafka/command-log.ts'
import { kafkaCommandLog } from '../kafka/command-log.ts'
import { kafkaSecurity } from '../kafka/driver/kafka-security.ts'
import { awaitDatabase, awaitSchema } from '../postgres/await-schema.ts'
import { assertDirectSession } from '../postgres/connection/direct-session.ts'
import { createPoolMetrics } from '../postgres/connection/pool-metrics.ts'
import type { Database } from '../postgres/database.ts'
import { openDatabase } from '../postgres/database.ts'
import { createCertificateMetrics } from '../tls/certificate-metrics.ts'
import { certificateFiles } from './certificate-files.ts'

/** The process of the adapters. Without `metrics` they are not measured. */
export interface OpenedIn extends Pick<ServiceProcess, 'log' | 'life'>, Pick<KafkaCommandLogOptions, 'onAssignment'> {
  readonly metrics?: Pick<ServiceProcess['metrics'], 'registry'>
}

/** The database and the command log, and the options for further adapters on the same brokers. */
export interface DatabaseAndLog {
  readonly database: Database
  readonly commandLog: CommandLog
  readonly kafka: KafkaCommandLogOptions
}

/**
 * Opens the database and the command log, which close with the process. Resolves when the tables and topics are as this
 * program needs them. Rejects with `StartError`.
 */
export const openDatabaseAndLog = async (
  config: SharedConfig & Pick<Addresses, 'databaseUrl' | 'kafkaBrokers'>,
  name: string,
  { log, life, metrics, onAssignment }: OpenedIn,
): Promise<DatabaseAndLog> => {
  const { databaseUrl, kafkaBrokers, namespace, partitions, times, bounds, limits, security } = config
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
  return { database, commandLog, kafka }
}
