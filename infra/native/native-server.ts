import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownsPort } from './owns-port.ts'
import { isGone } from './pid-identity.ts'
import type { ServerSpec } from './server-spec.ts'
import { killProcessTree, pauseProcessTree, resumeProcessTree } from './signals.ts'
import { detach, lastLines, spawnServer } from './spawn-server.ts'

/** The exit code of a run; null if a signal ended it. */
export type ExitCode = number | null

/**
 * One server as a child process, with the same folder and ports for all starts.
 *
 * Promises:  a start resolves when the server answers; a stop resolves when all
 *            its processes are gone, so that a start may follow at once.
 * Does not:  remove the folder.
 */
export interface NativeServer extends AsyncDisposable {
  readonly name: string
  /** Undefined while it is not running. */
  readonly pid: number | undefined
  readonly logFile: string
  /** Resolves when the latest run has ended. */
  readonly exited: Promise<ExitCode>
  start(): Promise<void>
  /** Requests an orderly stop; kills the server after a time-out. */
  stop(): Promise<ExitCode>
  /** Sends SIGKILL, also to its children. Disposing of the handle does the same. */
  kill(): Promise<void>
  /** Sends SIGSTOP: connections stay open, and the server does not answer. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stop, then start. */
  restart(): Promise<void>
}

interface Run {
  readonly child: ChildProcess
  readonly exited: Promise<ExitCode>
}

const hasEnded = ({ child }: Run): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null

const untilReady = async (spec: ServerSpec, run: Run): Promise<void> => {
  const deadline = performance.now() + spec.readyWithinMs
  for (;;) {
    let why: unknown
    try {
      await spec.probe()
      if (run.child.pid !== undefined && ownsPort(run.child.pid, spec.port)) return
    } catch (error) {
      why = error
    }
    const logTail = (): string => `\n${lastLines(spec.logFile)}`
    if (hasEnded(run)) throw new Error(`${spec.name} ended while it started:${logTail()}`)
    if (performance.now() > deadline) {
      throw new Error(`${spec.name} does not answer:${logTail()}`, { cause: why })
    }
    await sleep(25)
  }
}

const begin = (spec: ServerSpec): Run => {
  const child = spawnServer(spec)
  const ended = once(child, 'exit').then(([code]) => code as ExitCode)
  // A program that cannot be started emits an error instead of an exit.
  return { child, exited: ended.catch(() => null) }
}

const killRun = async (run: Run): Promise<void> => {
  if (hasEnded(run) || run.child.pid === undefined) return
  const killed = killProcessTree(run.child.pid)
  await run.exited
  while (!killed.every(isGone)) await sleep(5)
}

const stopRun = async (spec: ServerSpec, run: Run): Promise<ExitCode> => {
  if (!hasEnded(run) && run.child.pid !== undefined) {
    resumeProcessTree(run.child.pid)
    run.child.kill(spec.stopSignal)
    const late = sleep(spec.stopWithinMs ?? 15_000, undefined, { ref: false })
    await Promise.race([run.exited, late])
    await killRun(run)
  }
  return run.exited
}

/** Creates the handle without starting the server. */
export const nativeServer = (spec: ServerSpec): NativeServer => {
  let latest: Run | undefined

  const isUp = (): boolean => latest !== undefined && !hasEnded(latest)
  const pid = (): number | undefined => (isUp() ? latest?.child.pid : undefined)
  const runningPid = (): number => {
    const found = pid()
    if (found === undefined) throw new Error(`${spec.name} is not running`)
    return found
  }

  const start = async (): Promise<void> => {
    if (isUp()) return
    const run = begin(spec)
    latest = run
    try {
      await untilReady(spec, run)
      if (spec.isDetached) detach(run.child)
    } catch (error) {
      await killRun(run)
      throw error
    }
  }
  const kill = async (): Promise<void> => (latest ? killRun(latest) : undefined)
  const stop = async (): Promise<ExitCode> => (latest ? stopRun(spec, latest) : null)

  return {
    name: spec.name,
    logFile: spec.logFile,
    get pid() {
      return pid()
    },
    get exited() {
      return latest?.exited ?? Promise.resolve(null)
    },
    start,
    stop,
    kill,
    pause: async () => pauseProcessTree(runningPid()),
    resume: async () => resumeProcessTree(runningPid()),
    restart: async () => {
      await stop()
      await start()
    },
    [Symbol.asyncDispose]: kill,
  }
}
