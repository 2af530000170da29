import pg from 'pg'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { DatabaseTimes } from '../database.ts'
import { clientConfig } from '../database.ts'
import { connectionConfig } from './connection-config.ts'
import { toStoreError } from './store-error.ts'

/** What is asked of one connection. */
export interface ProbedSession {
  /** The server process that the connection was given when it was made. */
  readonly givenPid: number | undefined
  /** The server process that runs this connection's next statement. */
  servingPid(): Promise<number>
  /** Begins a transaction, which keeps its server process until the connection is closed. */
  begin(): Promise<void>
  setting(name: string): Promise<string | undefined>
  close(): Promise<void>
}

const remedy =
  'Connect to Postgres itself: each process is a pool of its own, and needs sessions for its settings, prepared statements and advisory locks'

const lostSettings = `DATABASE_URL leads to a connection pooler that drops the settings of a session (PgBouncer or another). ${remedy}`
const sharedSessions = `DATABASE_URL leads to a connection pooler in transaction mode, which gives one session to several connections. ${remedy}`

/** Postgres itself knows every parameter that the service sends when it connects. */
const isPoolersRefusal = (error: unknown): boolean =>
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
 * Whether a second connection gets the server process of the first one while
 * that is still open, or the first one gets another: only a pooler in
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

/** `lost`: settings are dropped. `shared`: transaction mode. `pooled`: a pooler that was not seen to do either. */
export type SessionKind = 'direct' | 'pooled' | 'lost' | 'shared'

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
    throw isPoolersRefusal(error) ? new StartError(lostSettings) : toStoreError(error)
  }
  if (kind === 'lost') throw new StartError(lostSettings)
  if (kind === 'shared') throw new StartError(sharedSessions)
  if (kind === 'pooled') log.warn({}, 'a connection pooler is in front of the database: only its session mode is supported')
}
