import { openAuditAdapters } from '../../infra/distributed/open-audit-adapters.ts'
import { openImportAdapters } from '../../infra/distributed/open-import-adapters.ts'
import { openReplayAdapters } from '../../infra/distributed/open-replay-adapters.ts'
import { assertTopics } from '../../infra/kafka/admin/assert-topics.ts'
import { checkTopics } from '../../infra/kafka/admin/check-topics.ts'
import { createTopics } from '../../infra/kafka/admin/create-topics.ts'
import type { RepartitionOptions } from '../../infra/kafka/admin/repartition.ts'
import { repartition } from '../../infra/kafka/admin/repartition.ts'
import { setRetention } from '../../infra/kafka/admin/set-retention.ts'
import { topicRetention } from '../../infra/kafka/admin/topic-retention.ts'
import { untilDrained } from '../../infra/kafka/admin/until-drained.ts'
import { kafkaCommandLog } from '../../infra/kafka/command-log.ts'
import { kafkaSecurity } from '../../infra/kafka/driver/kafka-security.ts'
import { topicsOf } from '../../infra/kafka/driver/topics.ts'
import { beginEpoch } from '../../infra/postgres/admin/begin-epoch.ts'
import { withErasures } from '../../infra/postgres/admin/erasures.ts'
import { migrate } from '../../infra/postgres/admin/migrate.ts'
import { prune } from '../../infra/postgres/admin/prune.ts'
import { raiseLevel, showLevel } from '../../infra/postgres/admin/raise-level.ts'
import { readEventCount } from '../../infra/postgres/admin/read-event-count.ts'
import { rebuild } from '../../infra/postgres/admin/rebuild.ts'
import { reindex } from '../../infra/postgres/admin/reindex.ts'
import { makeRoles } from '../../infra/postgres/admin/roles.ts'
import { sweep } from '../../infra/postgres/admin/sweep.ts'
import { sweepFiles } from '../../infra/postgres/admin/sweep-files.ts'
import { withExportReads } from '../../infra/postgres/admin/with-snapshot.ts'
import { assertDirectSession } from '../../infra/postgres/connection/direct-session.ts'
import { withStoppedChat } from '../../infra/postgres/pglite/with-stopped-chat.ts'
import { openS3BlobStore } from '../../infra/s3/open-s3-blob-store.ts'
import { readConfigFor, readDistributedConfig } from '../../shared/runtime/config/config.ts'
import type { Logger } from '../../shared/runtime/observability/logger.ts'
import { createLogger } from '../../shared/runtime/observability/logger.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { Subcommand } from './admin.ts'
import { hasFindings, runAdmin } from './admin.ts'
import { auditFlags, runAudit } from './audit/run-audit.ts'
import type { EraseUserDeps } from './erasure/erase-user.ts'
import { expireMessages } from './erasure/expire-messages.ts'
import { remainsAfter } from './erasure/receipt.ts'
import { eraseFlags, runErasure } from './erasure/run-erasure.ts'
import { slackSubcommand } from './moving/from-slack.ts'
import { exportFlags, roomOf, runExport } from './moving/run-export.ts'
import { importFlags, runImport } from './moving/run-import.ts'
import { printReplaySize, replayFlags, replayScopeOf, runReplay } from './replay/run-replay.ts'

/** Reads the configuration only when the subcommand runs, so that `--help` needs none. */
const onDatabase = (
  meaning: string,
  work: (url: string, log: Logger, flags: ReadonlySet<string>) => Promise<void>,
  flags: Readonly<Record<string, string>> = {},
): Subcommand => ({
  meaning,
  needs: 'DATABASE_URL',
  flags,
  run: async (passedFlags) => {
    const { databaseUrl, times, logLevel } = readConfigFor(['databaseUrl'])
    const log = createLogger({ level: logLevel, name: 'admin' })
    await assertDirectSession(databaseUrl, times, log)
    return work(databaseUrl, log, passedFlags)
  },
})

const sweepDeleted: Subcommand = {
  meaning:
    'deletes the kept content of messages that were deleted more than DELETED_KEEP_DAYS days ago (0: all of it), and from the bucket the files of deleted messages and unused uploads',
  needs: 'DATABASE_URL and DELETED_KEEP_DAYS; with S3_BUCKET, files too',
  run: async () => {
    const { databaseUrl, deletedKeepDays, files, namespace, logLevel } = readConfigFor(['databaseUrl', 'deletedKeepDays'])
    const log = createLogger({ level: logLevel, name: 'admin' })
    await sweep(databaseUrl, log, deletedKeepDays)
    if (files.s3 === undefined) return
    const blobStore = await openS3BlobStore(files.s3, namespace)
    await sweepFiles(databaseUrl, log, blobStore, files.unusedHours, systemClock.nowMs())
    await blobStore.close()
  },
}

/** Runs work that erases through the command log, as every change goes through it. `skips`: it need not run before the feature level. */
const erasing = async (work: (deps: EraseUserDeps, options: TopicsOptions) => Promise<void>, skips = false): Promise<void> => {
  const { databaseUrl } = readConfigFor(['databaseUrl', 'kafkaBrokers'])
  await onKafka(async (options) => {
    const { log } = options
    const commandLog = kafkaCommandLog(options)
    try {
      const drained = (signal: AbortSignal) => untilDrained(options, signal)
      await withErasures(databaseUrl, log, (found) => work({ ...found, commandLog, drained, clock: systemClock, log }, options), {
        skips,
      })
    } finally {
      await commandLog.close()
    }
  })
}

const expire: Subcommand = {
  meaning:
    'erases messages that are older than RETENTION_DAYS, or than the rule retention_days of their chat; exit code 3: those of some chats could not be erased',
  needs: 'DATABASE_URL and KAFKA_BROKERS',
  run: async () => {
    let failed = 0
    await erasing(async (deps, { retentionDays, log }) => {
      const counts = await expireMessages(deps, retentionDays)
      failed = counts.failed
      log.info({ ...counts, retentionDays }, 'old messages erased')
    }, true)
    return failed > 0 ? hasFindings : undefined
  },
}

const eraseUserNamed: Subcommand = {
  operand: 'EXTERNAL-ID',
  meaning:
    'erases a user: profile, memberships, all its messages; prints a receipt as JSON; continues after an interruption; exit code 3: messages remain',
  needs: 'DATABASE_URL and KAFKA_BROKERS; the embedded chat has `npm start -- --erase-user=EXTERNAL-ID`',
  flags: eraseFlags,
  run: async (flags, { operand }) => {
    let hasFailed = false
    await erasing(async (deps, options) => {
      const retentions = await topicRetention(options, topicsOf(options.namespace, options.partitions))
      const receipt = await runErasure(deps, (nowMs) => remainsAfter(retentions, nowMs), operand, flags)
      hasFailed = receipt.failed_rooms !== undefined
      output.print(`${JSON.stringify(receipt)}\n`)
    })
    return hasFailed ? hasFindings : undefined
  },
}

/** Without DATABASE_URL, the chats of the embedded mode. stdout has only the lines, so nothing is logged there. */
const exportChats: Subcommand = {
  meaning: 'writes users, chats and messages as JSON lines to stdout; may run beside the service',
  needs: 'DATABASE_URL, or DATA_DIR of an embedded chat that does not run',
  flags: exportFlags,
  run: async (_flags, { values }) => {
    const log = createLogger({ level: 'silent', name: 'admin' })
    const room = roomOf(values)
    const write = (url: string): Promise<void> => withExportReads(url, log, room, (source) => runExport(source, room))
    const { databaseUrl, dataDir, times } = readConfigFor([])
    if (databaseUrl === undefined) return withStoppedChat(dataDir, log, write)
    await assertDirectSession(databaseUrl, times, log)
    return write(databaseUrl)
  },
}

const importChats: Subcommand = {
  operand: 'FILE.jsonl',
  meaning: 'imports JSON lines through the running writers; can be repeated and continued; exit code 3: rejected lines',
  needs: 'KAFKA_BROKERS and DATABASE_URL; --dry-run needs none; the embedded chat has `npm start -- --import=FILE`',
  flags: importFlags,
  run: (flags, given) => {
    if (flags.has('--dry-run')) return runImport(readConfigFor([]), undefined, given)
    const config = readConfigFor(['databaseUrl', 'kafkaBrokers'])
    return runImport(config, (service) => openImportAdapters(config, service), given)
  },
}

const replay: Subcommand = {
  meaning:
    'writes stored events to a topic of their own, for a consumer that needs those that chat.events does not keep; can be continued; exit code 3: events were left out',
  needs: 'DATABASE_URL and KAFKA_BROKERS',
  flags: replayFlags,
  run: async (flags, { values }) => {
    if (flags.has('--dry-run')) {
      const { databaseUrl, logLevel } = readConfigFor(['databaseUrl'])
      const { room, since } = replayScopeOf(values)
      return printReplaySize(await readEventCount(databaseUrl, createLogger({ level: logLevel, name: 'admin' }), room, since))
    }
    const config = readConfigFor(['databaseUrl', 'kafkaBrokers'])
    return runReplay(config, (service, topic) => openReplayAdapters(config, service, topic), values)
  },
}

const raiseFlag = '--raise'

interface TopicsOptions extends RepartitionOptions {
  readonly frameBytes: number
  readonly eventsDays: number | undefined
  readonly retentionDays: number | undefined
}

const onKafka = async (work: (options: TopicsOptions) => Promise<void>): Promise<void> => {
  const config = readConfigFor(['kafkaBrokers'])
  const { kafkaBrokers, namespace, partitions, replicationFactor, times, security, limits, logLevel } = config
  const log = createLogger({ level: logLevel, name: 'admin' })
  const clientId = 'chat-admin'
  const kafka = { brokers: kafkaBrokers, namespace, partitions, clientId, security: kafkaSecurity(security), times, log }
  const options = {
    ...kafka,
    clock: systemClock,
    copies: replicationFactor,
    drainMs: 120_000,
    frameBytes: limits.frameBytes,
    eventsDays: config.eventsRetentionDays,
    retentionDays: config.retentionDays,
  }
  await work(options)
}

const ensureTopics = async (options: TopicsOptions): Promise<void> => {
  const { namespace, partitions, copies, frameBytes, eventsDays } = options
  const specs = topicsOf(namespace, partitions, eventsDays)
  await createTopics(options, specs, copies)
  // Only an explicit setting: an upgrade must not delete events that the default of an earlier version kept.
  if (eventsDays !== undefined) await setRetention(options, specs.events)
  await assertTopics(options, specs, ['commands', 'deadLetter', 'events'])
  await checkTopics(options, specs, { frameBytes, copies })
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  migrate: onDatabase('migrates the database schema', migrate),
  topics: {
    meaning: 'creates missing topics, sets the retention of chat.events, and verifies the settings of existing ones',
    needs: 'KAFKA_BROKERS',
    run: () => onKafka(ensureTopics),
  },
  repartition: {
    meaning: 'changes the command log to PARTITIONS partitions: stops intake, drains, recreates the topic to reduce the number',
    needs: 'KAFKA_BROKERS',
    run: () => onKafka(repartition),
  },
  roles: onDatabase('creates least-privilege roles for writer and gateway', makeRoles),
  level: onDatabase(
    'shows the feature level of the store and the level that this version supports',
    (url, log, flags) => (flags.has(raiseFlag) ? raiseLevel(url, log) : showLevel(url, log)),
    {
      [raiseFlag]: 'raises it to the supported level; requires that every writer and gateway runs this version; never lowers it',
    },
  ),
  rebuild: onDatabase('rebuilds the read model from the events; requires that no writer runs', rebuild),
  reindex: onDatabase('indexes all messages of the store for searches; continues after an interruption', reindex),
  restore: onDatabase(
    'forces clients to resync after the database was restored from a backup; requires that no writer runs',
    beginEpoch,
  ),
  audit: {
    meaning: 'verifies log, store, read model and event stream against each other while the service runs; exit code 3: findings',
    needs: 'KAFKA_BROKERS, DATABASE_URL and REDIS_URL',
    flags: auditFlags,
    run: (flags) => runAudit(readDistributedConfig(), openAuditAdapters, flags),
  },
  prune: onDatabase('deletes rejections and audit rooms that are older than 30 days', prune),
  sweep: sweepDeleted,
  expire,
  'erase-user': eraseUserNamed,
  export: exportChats,
  import: importChats,
  replay,
  'from-slack': slackSubcommand,
}

const output = {
  print: (text: string) => void process.stdout.write(text),
  printError: (text: string) => void process.stderr.write(text),
}

const exitCode = await runAdmin(process.argv.slice(2), subcommands, output)
process.exitCode = exitCode
// Started parts, such as the internal port of `audit --watch`, may keep the process alive after a failure.
if (exitCode !== 0) process.exit()
