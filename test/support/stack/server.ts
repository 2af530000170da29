import type { ExitCode } from '../../../infra/native/native-server.ts'

/**
 * One server, a process or a container, with switches for faults. It restarts on the same address.
 *
 * Promises:  a start resolves when the server itself answers, an end when all its
 *            processes have ended.
 */
export interface Server extends AsyncDisposable {
  readonly name: string
  /** The pid on this machine; undefined while it is not running. */
  readonly pid: number | undefined
  /** Resolves when the latest run has ended. */
  readonly exited: Promise<ExitCode>
  start(): Promise<void>
  /** Requests an orderly stop; kills the server after a time-out. */
  stop(): Promise<ExitCode>
  /** Sends SIGKILL to all its processes. */
  kill(): Promise<void>
  /** Suspends it: connections stay open, and it does not answer. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stop, then start. */
  restart(): Promise<void>
}

/** A gateway, a writer or the embedded service, as a process or a container. */
export interface Replica extends Server {
  /** The address for clients. */
  readonly url: string
  /** The address of probes and metrics. */
  readonly internalUrl: string
  /** The last lines of its log, over all its starts. */
  log(lines?: number): string[]
}

export type Environment = Readonly<Record<string, string>>
