import { openAudit } from '../../infra/distributed/open-audit.ts'
import { assertTopics } from '../../infra/kafka/admin/assert-topics.ts'
import { checkTopics } from '../../infra/kafka/admin/check-topics.ts'
import { createTopics } from '../../infra/kafka/admin/create-topics.ts'
import type { RepartitionOptions } from '../../infra/kafka/admin/repartition.ts'
import { repartition } from '../../infra/kafka/admin/repartition.ts'
import { kafkaSecurity } from '../../infra/kafka/driver/kafka-security.ts'
import { topicsOf } from '../../infra/kafka/driver/topics.ts'
import { beginEpoch } from '../../infra/postgres/admin/begin-epoch.ts'
import { migrate } from '../../infra/postgres/admin/migrate.ts'
import { prune } from '../../infra/postgres/admin/prune.ts'
import { raiseLevel, showLevel } from '../../infra/postgres/admin/raise-level.ts'
import { rebuild } from '../../infra/postgres/admin/rebuild.ts'
import { makeRoles } from '../../infra/postgres/admin/roles.ts'
import { assertDirectSession } from '../../infra/postgres/connection/direct-session.ts'
import { readConfigFor, readDistributedConfig } from '../../shared/runtime/config/config.ts'
import type { Logger } from '../../shared/runtime/observability/logger.ts'
import { createLogger } from '../../shared/runtime/observability/logger.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { Subcommand } from './admin.ts'
import { runAdmin } from './admin.ts'
import { auditFlags, runAudit } from './audit/run-audit.ts'

/** Reads the configuration when it runs, so that `--help` needs none. */
const onDatabase = (
  meaning: string,
  work: (url: string, log: Logger, flags: ReadonlySet<string>) => Promise<void>,
  flags: Readonly<Record<string, string>> = {},
): Subcommand => ({
  meaning,
  needs: 'DATABASE_URL',
  flags,
  run: async (given) => {
    const { databaseUrl, times, logLevel } = readConfigFor(['databaseUrl'])
    const log = createLogger({ level: logLevel, name: 'admin' })
    await assertDirectSession(databaseUrl, times, log)
    return work(databaseUrl, log, given)
  },
})

const raiseFlag = '--raise'

type TopicsOptions = RepartitionOptions & { readonly frameBytes: number }

const onKafka = async (work: (options: TopicsOptions) => Promise<void>): Promise<void> => {
  const config = readConfigFor(['kafkaBrokers'])
  const { kafkaBrokers, namespace, partitions, replicationFactor, times, security, limits, logLevel } = config
  const log = createLogger({ level: logLevel, name: 'admin' })
  const clientId = 'chat-admin'
  const kafka = { brokers: kafkaBrokers, namespace, partitions, clientId, security: kafkaSecurity(security), times, log }
  const options = { ...kafka, clock: systemClock, copies: replicationFactor, drainMs: 120_000, frameBytes: limits.frameBytes }
  await work(options)
}

const makeTopics = async (options: TopicsOptions): Promise<void> => {
  const { namespace, partitions, copies, frameBytes } = options
  const specs = topicsOf(namespace, partitions)
  await createTopics(options, specs, copies)
  await assertTopics(options, specs, ['commands', 'deadLetter', 'events'])
  await checkTopics(options, specs, { frameBytes, copies })
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  migrate: onDatabase('brings the database schema up to date', migrate),
  topics: {
    meaning: 'makes the topics that are missing, and compares the settings of those that exist',
    needs: 'KAFKA_BROKERS',
    run: () => onKafka(makeTopics),
  },
  repartition: {
    meaning:
      'gives the command log PARTITIONS partitions: stops the intake, drains, makes the topic anew where it is to have fewer',
    needs: 'KAFKA_BROKERS',
    run: () => onKafka(repartition),
  },
  roles: onDatabase('makes the roles of writer and gateway, which may do what those do and no more', makeRoles),
  level: onDatabase(
    'shows the feature level of the store and the one that this version supports',
    (url, log, flags) => (flags.has(raiseFlag) ? raiseLevel(url, log) : showLevel(url, log)),
    {
      [raiseFlag]:
        'raises it, so that gateways accept the events of this version; only when every writer and gateway runs this version; it is never lowered',
    },
  ),
  rebuild: onDatabase('makes the read model again from the events, while no writer runs', rebuild),
  restore: onDatabase('has clients start over, after the database was restored from a copy; while no writer runs', beginEpoch),
  audit: {
    meaning: 'holds log, store, read model and event stream against each other, with the service running; 3: it found something',
    needs: 'all three addresses',
    flags: auditFlags,
    run: (flags) => runAudit(readDistributedConfig(), openAudit, flags),
  },
  prune: onDatabase('deletes rejections, and rooms of the audit, that are older than 30 days', prune),
}

const output = {
  print: (text: string) => void process.stdout.write(text),
  complain: (text: string) => void process.stderr.write(text),
}

process.exitCode = await runAdmin(process.argv.slice(2), subcommands, output)
