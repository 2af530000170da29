/** How a run ended: its exit code, or null when a signal ended it. */
export type Ending = number | null

/**
 * One server, a process or a container, with switches for faults. It restarts on the same address.
 *
 * Promises:  a start resolves once it answers for real, an end once all of it is gone.
 */
export interface Server extends AsyncDisposable {
  readonly name: string
  /** On this machine; undefined while it is not running. */
  readonly pid: number | undefined
  /** Resolves when the latest run has ended. */
  readonly exited: Promise<Ending>
  start(): Promise<void>
  /** Asks it to end; kills it if it does not in time. */
  stop(): Promise<Ending>
  /** SIGKILL to all of it. */
  kill(): Promise<void>
  /** It stands still: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stop, then start. */
  restart(): Promise<void>
}

/** One of our own services, as a process or a container. */
export interface Replica extends Server {
  /** Where clients connect. */
  readonly url: string
  /** Probes and metrics. */
  readonly internalUrl: string
  /** The end of what it logged, over all its starts, a line each. */
  log(lines?: number): string[]
}

export type Environment = Readonly<Record<string, string>>
