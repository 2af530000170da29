import type { BlobKey } from '../../shared/ports/blob-store.ts'
import type { ReadCommandResults } from '../../shared/ports/command-results.ts'
import type { ErasureReads } from '../../shared/ports/erasure.ts'
import type { ReadEventPage } from '../../shared/ports/event-pages.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { MemberStates } from '../../shared/ports/member-state.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { PushReads } from '../../shared/ports/push-reads.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { RelayPositions } from '../../shared/ports/relay-positions.ts'
import type { SearchIndex } from '../../shared/ports/search-index.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { erasureReads } from './admin/erasure-reads.ts'
import { pruneDeadLetterSlice, pruneSlice } from './admin/prune.ts'
import { sweepSlice } from './admin/sweep.ts'
import type { SweptBlobs } from './admin/sweep-files.ts'
import { removeReleasedFiles, removeUnusedFiles } from './admin/sweep-files.ts'
import { raiseToSupported } from './connection/feature-level.ts'
import { guardedPool } from './connection/guarded-pool.ts'
import { closeOrm, makeOrm, nativePool } from './connection/orm.ts'
import type { PoolUse } from './connection/pool-metrics.ts'
import { assertSchema } from './connection/schema-version.ts'
import type { WriterConnection } from './connection/writer-connection.ts'
import { openWriterConnection, pooledWriterConnection } from './connection/writer-connection.ts'
import { readCommandResults } from './event-store/command-results.ts'
import { postgresEventPages } from './event-store/event-pages.ts'
import { postgresEventStore } from './event-store/event-store.ts'
import { postgresMemberStates } from './member-state/member-states.ts'
import { isFileNamed } from './read-model/attachments.ts'
import { postgresReadModel } from './read-model/read-model.ts'
import { postgresParkedRooms } from './relay/parked-rooms.ts'
import { postgresPushReads } from './relay/push-reads.ts'
import { postgresRelayPositions } from './relay/relay-positions.ts'
import { postgresSearchIndex } from './search/search-index.ts'

/** The time-outs that the database adapters use. */
export type DatabaseTimes = Pick<
  Times,
  'idleInTransactionMs' | 'statementMs' | 'lockMs' | 'databaseConnectMs' | 'databaseAnswerMs'
>

/** Options of `openDatabase`. */
export interface DatabaseOptions {
  readonly url: string
  /** `bounds.databasePool` if absent; 1 where all clients share one session. */
  readonly poolMax?: number
  /** Whether statements are prepared by name; false where all clients share one session. True by default. */
  readonly namedStatements?: boolean
  readonly applicationName: string
  readonly times: DatabaseTimes
  readonly bounds: Pick<Bounds, 'databasePool' | 'pageBytes'>
  /** Whether the content of deleted messages is kept in a table of its own. False by default. */
  readonly keepsDeleted?: boolean
  readonly log: Log
}

/** The stores of one database, on one pool. */
export interface Database {
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  readonly searchIndex: SearchIndex
  readonly commandResults: ReadCommandResults
  readonly relayPositions: RelayPositions
  readonly pushReads: PushReads
  readonly readEventPage: ReadEventPage
  /** The parked rooms of a sink. */
  parkedRooms(sink: string): ParkedRooms
  /**
   * Rejects with `SchemaError` when migrations are missing, with `LevelError` when the store's feature level is higher
   * than this program supports, and with `StoreError` when the database cannot be asked.
   */
  assertSchema(): Promise<void>
  /** Raises the store's feature level to the one that this program supports. Needs the owner's rights. */
  raiseLevel(): Promise<void>
  /** Deletes at most `rows` old rejections; resolves with the number deleted. Needs the owner's rights. */
  pruneRejections(rows: number): Promise<number>
  /** The same for dead letters of relays. */
  pruneDeadLetters(rows: number): Promise<number>
  /** Deletes about `rows` versions of messages that were deleted more than `keptDays` days ago; resolves with the number deleted. */
  sweepDeleted(keptDays: number, rows: number): Promise<number>
  /** As the functions of the same names in `admin/sweep-files.ts`. */
  removeReleasedFiles(blobs: SweptBlobs, most: number): Promise<number>
  removeUnusedFiles(blobs: SweptBlobs, beforeMs: number): Promise<number>
  /** As the function of the same name in `read-model/attachments.ts`. */
  isFileNamed(key: BlobKey): Promise<boolean>
  /** The data that erasures are planned by. Needs the owner's rights. */
  readonly erasureReads: ErasureReads
  /** The present use of the pool. */
  poolUse(): PoolUse
  /** Closes the pool after pending statements. Idempotent. */
  close(): Promise<void>
}

/**
 * All access is by key. Scans and joins that read whole tables are disabled,
 * because a plan made for small tables would otherwise persist when they grow.
 */
const planSettings = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'enable_bitmapscan=off',
  'plan_cache_mode=force_generic_plan',
  'jit=off',
]

/** The settings of every connection of a service. */
export const clientConfig = (times: DatabaseTimes) => ({
  statement_timeout: times.statementMs,
  lock_timeout: times.lockMs,
  idle_in_transaction_session_timeout: times.idleInTransactionMs,
  options: planSettings.map((setting) => `-c ${setting}`).join(' '),
})

/** Creates the event store and the read model. The first statement connects. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const { url, applicationName, times, bounds, log } = options
  const limit = options.poolMax ?? bounds.databasePool
  const orm = makeOrm({
    url,
    applicationName,
    poolMax: limit,
    connectMs: times.databaseConnectMs,
    client: clientConfig(times),
    log,
  })
  const isNaming = options.namedStatements ?? true
  const connections = await nativePool(orm)
  const pool = guardedPool(connections, { answerMs: times.databaseAnswerMs, isNaming })
  let closed: Promise<void> | undefined
  const connect = async (): Promise<WriterConnection> =>
    isNaming
      ? openWriterConnection({
          url,
          applicationName,
          connectMs: times.databaseConnectMs,
          answerMs: times.databaseAnswerMs,
          client: clientConfig(times),
        })
      : pooledWriterConnection(pool)
  return {
    eventStore: postgresEventStore(pool, { pageBytes: bounds.pageBytes, keepsDeleted: options.keepsDeleted ?? false }, connect),
    readModel: postgresReadModel(pool, bounds.pageBytes),
    memberStates: postgresMemberStates(pool),
    searchIndex: postgresSearchIndex(pool, bounds.pageBytes),
    commandResults: (keys) => readCommandResults(pool, keys),
    relayPositions: postgresRelayPositions(pool),
    pushReads: postgresPushReads(pool),
    readEventPage: postgresEventPages(pool, bounds.pageBytes),
    parkedRooms: (sink) => postgresParkedRooms(pool, sink),
    assertSchema: () => assertSchema(pool),
    raiseLevel: () => raiseToSupported(pool),
    pruneRejections: (rows) => pruneSlice(pool, rows),
    pruneDeadLetters: (rows) => pruneDeadLetterSlice(pool, rows),
    sweepDeleted: (keptDays, rows) => sweepSlice(pool, keptDays, rows),
    removeReleasedFiles: (blobs, most) => removeReleasedFiles(pool, blobs, most),
    removeUnusedFiles: (blobs, beforeMs) => removeUnusedFiles(pool, blobs, beforeMs),
    isFileNamed: (key) => isFileNamed(pool, key),
    erasureReads: erasureReads(pool),
    poolUse: () => {
      const { totalCount, idleCount, waitingCount } = connections
      return { used: totalCount - idleCount, waiting: waitingCount, limit }
    },
    close: () => {
      closed ??= closeOrm(orm)
      return closed
    },
  }
}
