import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { advisoryLocks } from './advisory-locks.ts'
import { connectionConfig } from './connection-config.ts'

export interface WriterLock {
  /** Resolves when the lock is held for the first time; rejects if it is disposed of before. */
  readonly held: Promise<void>
  /** Lets the lock go. Idempotent. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface WriterLockOptions {
  readonly log: Log
  readonly connectMs?: number
  /** How often the session is asked whether it still lives, and how long it may take to answer. */
  readonly checkMs?: number
}

const pauseMs = 500

/** Resolves when the session is lost, or given up. */
const untilLost = async (client: pg.Client, checkMs: number, signal: AbortSignal): Promise<void> => {
  const lost = new AbortController()
  client.once('end', () => lost.abort())
  const over = AbortSignal.any([lost.signal, signal])
  while (!over.aborted) {
    await sleep(checkMs, undefined, { signal: over, ref: false }).catch(() => undefined)
    if (!over.aborted) await client.query({ text: 'select 1', query_timeout: checkMs } as pg.QueryConfig)
  }
}

/** Waits no longer once the signal is given; the driver would, for a connection that is ended while it is made. */
const orAborted = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
  work.catch(() => undefined)
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  signal.throwIfAborted()
  await Promise.race([work, aborted])
}

/**
 * Tells `rebuild` that a writer runs: a shared advisory lock on a session of its own.
 *
 * Promises:  a session that is lost is replaced and locked again. While a
 *            rebuild runs, `held` waits for its end.
 * Does not:  keep a writer from writing while it is lost; `rebuild` locks the
 *            tables as well.
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
      // A server that is not there does not say goodbye.
      await Promise.race([client.end(), sleep(connectMs, undefined, { ref: false })])
    }
  }

  const holdOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await holdOnce().catch(() => undefined)
      if (stopping.signal.aborted) break
      log.warn({}, 'writer lock lost or not to be had, trying again')
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
    first.reject(new Error('the writer lock was given up'))
  }

  const running = holdOn()
  return {
    held: first.promise,
    [Symbol.asyncDispose]: () => {
      stopping.abort()
      return running
    },
  }
}
