import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { advisoryLocks } from './advisory-locks.ts'
import { connectionConfig } from './connection-config.ts'

/** The advisory lock of a running writer. */
export interface WriterLock {
  /** Resolves when the lock is first acquired; rejects if it is disposed before. */
  readonly acquired: Promise<void>
  /** Releases the lock. Idempotent. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Options of the writer lock. */
export interface WriterLockOptions {
  readonly log: Log
  readonly connectMs?: number
  /** Interval of the checks of the session, and the time-out of each check. */
  readonly checkMs?: number
}

const pauseMs = 500

/** Resolves when the session is lost or the signal is aborted. */
const untilLost = async (client: pg.Client, checkMs: number, signal: AbortSignal): Promise<void> => {
  const lost = new AbortController()
  client.once('end', () => lost.abort())
  const over = AbortSignal.any([lost.signal, signal])
  while (!over.aborted) {
    await sleep(checkMs, undefined, { signal: over, ref: false }).catch(() => undefined)
    if (!over.aborted) await client.query({ text: 'select 1', query_timeout: checkMs } as pg.QueryConfig)
  }
}

/** Rejects when the signal is aborted; `pg` itself keeps waiting for a connection that is ended while it is being opened. */
const orAborted = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
  work.catch(() => undefined)
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  signal.throwIfAborted()
  await Promise.race([work, aborted])
}

/**
 * Holds a shared advisory lock on its own session, by which `rebuild` and
 * `begin-epoch` notice a running writer.
 *
 * Promises:  a lost session is replaced and the lock acquired again. During a
 *            rebuild, `acquired` waits for its end.
 * Does not:  stop the writer while the lock is lost; `rebuild` also locks the
 *            tables.
 */
export const holdWriterLock = (url: string, options: WriterLockOptions): WriterLock => {
  const { log, connectMs = 3_000, checkMs = 5_000 } = options
  const stopping = new AbortController()
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => undefined)

  const holdOnce = async (): Promise<void> => {
    const client = new pg.Client({
      ...connectionConfig(url),
      application_name: 'chat-writer-lock',
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
    })
    client.on('error', () => undefined)
    try {
      await orAborted(client.connect(), stopping.signal)
      await orAborted(client.query('select pg_advisory_lock_shared($1)', [advisoryLocks.writing]), stopping.signal)
      first.resolve()
      await untilLost(client, checkMs, stopping.signal)
    } finally {
      // A server that is down never confirms the end of a connection.
      await Promise.race([client.end(), sleep(connectMs, undefined, { ref: false })])
    }
  }

  const keepHolding = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await holdOnce().catch(() => undefined)
      if (stopping.signal.aborted) break
      log.warn({}, 'writer lock unavailable, retrying')
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
    first.reject(new Error('the writer lock was released'))
  }

  const running = keepHolding()
  return {
    acquired: first.promise,
    [Symbol.asyncDispose]: () => {
      stopping.abort()
      return running
    },
  }
}
