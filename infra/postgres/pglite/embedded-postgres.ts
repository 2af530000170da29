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

export interface EmbeddedOptions {
  readonly dataDir: string
  readonly log: Log
  /** How long a former process may take to let go of the folder. */
  readonly lockWaitMs?: number
  /** How long an orderly end may take before it is a kill. */
  readonly stopMs?: number
}

export interface EmbeddedPostgres {
  /** For one connection at a time, without named statements. */
  readonly url: string
  /** The process that the database runs in. */
  readonly pid: number
  /** Ends the database in good order. Idempotent. */
  stop(): Promise<void>
  /** Rejects when the database has ended by itself. */
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
 * Postgres without a server to install: PGlite in a child process, because it
 * would freeze this one, on a socket that only this user can reach.
 *
 * Promises:  one process at a time on a folder; a second is refused with an
 *            error that names the first. However this process ends, the child
 *            ends too, and a start that follows waits for it. What was
 *            committed survives SIGKILL.
 * Does not:  survive power loss: the folder is not synced.
 */
export const startEmbeddedPostgres = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  const { dataDir, log, lockWaitMs = 10_000, stopMs = 10_000 } = options
  // Short, because a socket's path may not be long; open to this user only.
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
