import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { ChildOrder, ChildReport } from './messages.ts'
import { socketPort, stopOrder } from './messages.ts'

/** Options of the embedded database. */
export interface EmbeddedOptions {
  readonly dataDir: string
  readonly log: Log
  /** Longest wait for the folder lock of a process whose owner is gone. */
  readonly lockWaitMs?: number
  /** Longest orderly stop; then the process is killed. */
  readonly stopMs?: number
}

/** A running embedded database. */
export interface EmbeddedPostgres {
  /** For one connection at a time, without named statements. */
  readonly url: string
  /** The pid of the database process. */
  readonly pid: number
  /** Stops the database in an orderly way. Idempotent. */
  stop(): Promise<void>
  /** Rejects when the database process has ended without `stop`. */
  readonly failed: Promise<never>
}

const childFile = fileURLToPath(new URL('child.ts', import.meta.url))

const startChild = (order: ChildOrder): ChildProcess =>
  fork(childFile, [JSON.stringify(order)], {
    execPath: process.execPath,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })

const untilReady = async (child: ChildProcess, exited: Promise<unknown>): Promise<void> => {
  const reported = once(child, 'message').then(([message]) => message as ChildReport)
  const report = await Promise.race([reported, exited.then(() => undefined)])
  if (report?.kind === 'ready') return
  throw new StartError(report?.message ?? 'the embedded database ended while it started')
}

const endWithin = async (child: ChildProcess, exited: Promise<unknown>, ms: number): Promise<void> => {
  if (child.connected) child.send(stopOrder)
  const alarm = setTimeout(() => child.kill('SIGKILL'), ms)
  await exited
  clearTimeout(alarm)
}

/**
 * Starts PGlite, a Postgres that needs no installation, on a socket that only
 * this user can reach. It runs in a child process, because it would block the
 * event loop of this one.
 *
 * Promises:  one process at a time uses a folder; a second start rejects with an
 *            error that names the first process. The child ends when this
 *            process ends for any reason, and a later start waits for it.
 *            Committed data survives SIGKILL.
 * Does not:  survive a power failure: the folder is not synced.
 */
export const startEmbeddedPostgres = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  const { dataDir, log, lockWaitMs = 10_000, stopMs = 10_000 } = options
  // Short, because the length of a socket path is limited; accessible to this user only.
  const socketFolder = mkdtempSync(join(tmpdir(), 'chat-'))
  const owner = { pid: process.pid, startedMs: performance.timeOrigin }
  const child = startChild({ dataDir, socketFolder, owner, lockWaitMs })
  const exited = once(child, 'exit').finally(() => rmSync(socketFolder, { recursive: true, force: true }))
  await untilReady(child, exited)
  log.info({ child: child.pid }, 'embedded database is ready')

  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  let stopped: Promise<void> | undefined
  const onExit = (): void => {
    if (stopped === undefined) failure.reject(new Error('the embedded database has ended'))
  }
  exited.then(onExit, onExit)
  return {
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}&port=${socketPort}`,
    pid: child.pid ?? 0,
    failed: failure.promise,
    stop: () => {
      stopped ??= endWithin(child, exited, stopMs)
      return stopped
    },
  }
}
