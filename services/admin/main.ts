import { openAudit } from '../../infra/distributed/open-audit.ts'
import { createTopics } from '../../infra/kafka/create-topics.ts'
import { kafkaSecurity } from '../../infra/kafka/kafka-security.ts'
import type { RepartitionOptions } from '../../infra/kafka/repartition.ts'
import { repartition } from '../../infra/kafka/repartition.ts'
import { topicsOf } from '../../infra/kafka/topics.ts'
import { beginEpoch } from '../../infra/postgres/begin-epoch.ts'
import { migrate } from '../../infra/postgres/migrate.ts'
import { prune } from '../../infra/postgres/prune.ts'
import { rebuild } from '../../infra/postgres/rebuild.ts'
import { makeRoles } from '../../infra/postgres/roles.ts'
import { readConfigFor, readDistributedConfig } from '../../shared/runtime/config.ts'
import type { Logger } from '../../shared/runtime/logger.ts'
import { createLogger } from '../../shared/runtime/logger.ts'
import { systemClock } from '../../shared/runtime/system-clock.ts'
import type { Subcommand } from './admin.ts'
import { runAdmin } from './admin.ts'
import { auditFlags, runAudit } from './audit/run-audit.ts'

/** Reads the configuration when it runs, so that `--help` needs none. */
const onDatabase = (meaning: string, work: (url: string, log: Logger) => Promise<void>): Subcommand => ({
  meaning,
  needs: 'DATABASE_URL',
  run: () => {
    const { databaseUrl, logLevel } = readConfigFor(['databaseUrl'])
    return work(databaseUrl, createLogger({ level: logLevel, name: 'admin' }))
  },
})

const onKafka = async (work: (options: RepartitionOptions) => Promise<void>): Promise<void> => {
  const { kafkaBrokers, namespace, partitions, replicationFactor, times, security, logLevel } = readConfigFor(['kafkaBrokers'])
  const log = createLogger({ level: logLevel, name: 'admin' })
  const clientId = 'chat-admin'
  const kafka = { brokers: kafkaBrokers, namespace, partitions, clientId, security: kafkaSecurity(security), times, log }
  await work({ ...kafka, clock: systemClock, copies: replicationFactor, drainMs: 120_000 })
}

const makeTopics = (options: RepartitionOptions): Promise<void> =>
  createTopics(options, topicsOf(options.namespace, options.partitions), options.copies)

const subcommands: Readonly<Record<string, Subcommand>> = {
  migrate: onDatabase('brings the database schema up to date', migrate),
  topics: { meaning: 'makes the topics that are missing', needs: 'KAFKA_BROKERS', run: () => onKafka(makeTopics) },
  repartition: {
    meaning:
      'gives the command log PARTITIONS partitions: stops the intake, drains, makes the topic anew where it is to have fewer',
    needs: 'KAFKA_BROKERS',
    run: () => onKafka(repartition),
  },
  roles: onDatabase('makes the roles of writer and gateway, which may do what those do and no more', makeRoles),
  rebuild: onDatabase('makes the read model again from the events, while no writer runs', rebuild),
  restore: onDatabase('has clients start over, after the database was restored from a copy; while no writer runs', beginEpoch),
  audit: {
    meaning: 'holds log, store, read model and event stream against each other, with the service running; 3: it found something',
    needs: 'all three addresses',
    flags: auditFlags,
    run: (flags) => runAudit(readDistributedConfig(), openAudit, flags),
  },
  prune: onDatabase('forgets rejections that are older than 30 days', prune),
}

const output = {
  print: (text: string) => void process.stdout.write(text),
  complain: (text: string) => void process.stderr.write(text),
}

process.exitCode = await runAdmin(process.argv.slice(2), subcommands, output)
