import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolConfig } from 'pg'
import pg from 'pg'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { answerInTime } from './answer-in-time.ts'
import { connectionConfig } from './connection-config.ts'
import type { GuardedPool } from './guarded-pool.ts'
import type { DatabaseSession } from './statement.ts'
import { toStoreError } from './store-error.ts'

/** A session on one connection. The connection is never replaced. */
export interface WriterConnection extends DatabaseSession {
  /** Resolves when the connection has ended. Every later call rejects. */
  readonly lost: Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

/** Options of a writer's connection. */
export interface WriterConnectionOptions {
  readonly url: string
  readonly applicationName: string
  readonly connectMs: number
  readonly answerMs: number
  /** Settings of the session. */
  readonly client: PoolConfig
}

const lostError = (): StoreError => new StoreError('unavailable', 'the connection to the database is lost')

/** A standby would return outdated reads and refuse every append. */
const assertPrimary = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ is_standby: boolean }>('select pg_is_in_recovery() as is_standby')
  if (rows[0]?.is_standby !== false) throw new StoreError('unavailable', 'the database is a standby, not the primary')
}

const connect = async (client: pg.Client, answerMs: number): Promise<void> => {
  try {
    await client.connect()
    await answerInTime(assertPrimary(client), answerMs, () => undefined)
  } catch (error) {
    client.connection.stream.destroy()
    throw toStoreError(error)
  }
}

/**
 * Opens a connection to the primary. Rejects with `StoreError`.
 *
 * Promises:  a connection that does not answer in time is destroyed. The end of
 *            an idle connection is noticed as soon as the operating system
 *            reports it.
 */
export const openWriterConnection = async (options: WriterConnectionOptions): Promise<WriterConnection> => {
  const { url, applicationName, connectMs, answerMs } = options
  const client = new pg.Client({
    ...options.client,
    ...connectionConfig(url),
    application_name: applicationName,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  const loss = Promise.withResolvers<void>()
  let isLost = false
  const lose = (): void => {
    isLost = true
    loss.resolve()
  }
  client.on('error', lose)
  client.on('end', lose)
  await connect(client, answerMs)

  const destroy = (): void => {
    lose()
    client.connection.stream.destroy()
  }
  return {
    run: async <Row>({ name, text }: { readonly name: string; readonly text: string }, values: readonly unknown[] = []) => {
      if (isLost) throw lostError()
      try {
        const asked = client.query<Row & object>({ name, text, values: [...values] })
        const { rows } = await answerInTime(asked, answerMs, destroy)
        if (isLost) throw lostError()
        return rows
      } catch (error) {
        throw toStoreError(error)
      }
    },
    lost: loss.promise,
    close: async () => {
      if (isLost) return
      lose()
      await Promise.race([client.end(), sleep(connectMs, undefined, { ref: false })])
    },
  }
}

/**
 * A writer's connection over a pool of one, where all clients share one session.
 * A pool replaces its connections, so every error except `record` counts as the
 * end of this connection.
 */
export const pooledWriterConnection = (pool: GuardedPool): WriterConnection => {
  const loss = Promise.withResolvers<void>()
  let isLost = false
  const lose = (): void => {
    isLost = true
    loss.resolve()
  }
  return {
    run: async (statement, values) => {
      if (isLost) throw lostError()
      try {
        return await pool.run(statement, values)
      } catch (error) {
        if (!(error instanceof StoreError && error.fault === 'record')) lose()
        throw error
      }
    },
    lost: loss.promise,
    close: async () => lose(),
  }
}
