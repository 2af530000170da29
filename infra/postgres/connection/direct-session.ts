import pg from 'pg'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { DatabaseTimes } from '../database.ts'
import { clientConfig } from '../database.ts'
import { connectionConfig } from './connection-config.ts'
import { toStoreError } from './store-error.ts'

/** A connection of which it is not known yet whether it leads through a pooler. */
export interface ProbedSession {
  /** The pid of the server process that was reported when the connection was opened. */
  readonly givenPid: number | undefined
  /** The pid of the server process that runs the next statement. */
  servingPid(): Promise<number>
  /** Begins a transaction, which keeps its server process until the connection is closed. */
  begin(): Promise<void>
  /** The value of a setting in this session. */
  setting(name: string): Promise<string | undefined>
  close(): Promise<void>
}

const remedy =
  'Connect to Postgres directly: each process has its own pool, and needs sessions for its settings, prepared statements and advisory locks'

const lostSettings = `DATABASE_URL is the address of a connection pooler that drops the settings of a session (PgBouncer or similar). ${remedy}`
const sharedSessions = `DATABASE_URL is the address of a connection pooler in transaction mode, which shares one session among several connections. ${remedy}`

/** Only a pooler refuses a startup parameter of the service; Postgres supports all of them. */
const isRefusalOfPooler = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '08P01' && error.message.includes('startup parameter')

const openSession = async (url: string, times: DatabaseTimes): Promise<ProbedSession> => {
  const client = new pg.Client({
    ...clientConfig(times),
    ...connectionConfig(url),
    application_name: 'chat-session-check',
    connectionTimeoutMillis: times.databaseConnectMs,
    query_timeout: times.databaseAnswerMs,
  })
  client.on('error', () => undefined)
  await client.connect()
  const first = async (text: string, values: readonly unknown[] = []): Promise<unknown> => {
    const { rows } = await client.query<{ value: unknown }>(text, [...values])
    return rows[0]?.value
  }
  return {
    givenPid: (client as pg.Client & { readonly processID?: number }).processID,
    servingPid: async () => Number(await first('select pg_backend_pid() as value')),
    begin: async () => void (await client.query('begin')),
    setting: async (name) => (await first('select setting as value from pg_settings where name = $1', [name])) as string,
    close: () => client.end(),
  }
}

/**
 * Whether a second connection gets the server process of the first one, which is
 * still open, or the first one gets another process: only a pooler in
 * transaction mode does either.
 */
const sharesSession = async (first: ProbedSession, open: () => Promise<ProbedSession>): Promise<boolean> => {
  const pid = await first.servingPid()
  const second = await open()
  try {
    await second.begin()
    const other = await second.servingPid()
    return other === pid || (await first.servingPid()) !== pid
  } finally {
    await second.close()
  }
}

/** `lost`: a pooler drops settings. `shared`: a pooler in transaction mode. `pooled`: a pooler that does neither. */
export type SessionKind = 'direct' | 'pooled' | 'lost' | 'shared'

/** Determines the kind of the connections that `open` opens. */
export const judgeSession = async (open: () => Promise<ProbedSession>, idleInTransactionMs: number): Promise<SessionKind> => {
  const session = await open()
  try {
    const settings = [
      (await session.setting('plan_cache_mode')) === 'force_generic_plan',
      (await session.setting('idle_in_transaction_session_timeout')) === String(idleInTransactionMs),
    ]
    if (settings.includes(false)) return 'lost'
    if (session.givenPid === (await session.servingPid())) return 'direct'
    return (await sharesSession(session, open)) ? 'shared' : 'pooled'
  } finally {
    await session.close()
  }
}

/**
 * Rejects with `StartError` where a connection pooler would break the service:
 * one in transaction mode, or one that drops settings; with `StoreError` while
 * the database does not answer. Logs a warning for any other pooler.
 */
export const assertDirectSession = async (url: string, times: DatabaseTimes, log: Log): Promise<void> => {
  let kind: SessionKind
  try {
    kind = await judgeSession(() => openSession(url, times), times.idleInTransactionMs)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw isRefusalOfPooler(error) ? new StartError(lostSettings) : toStoreError(error)
  }
  if (kind === 'lost') throw new StartError(lostSettings)
  if (kind === 'shared') throw new StartError(sharedSessions)
  if (kind === 'pooled') log.warn({}, 'a connection pooler is in front of the database: only session mode is supported')
}
