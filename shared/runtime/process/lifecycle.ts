import type { Logger } from '../observability/logger.ts'

/** The orderly stop of a process. */
export interface Lifecycle {
  /**
   * Adds a part to stop. Parts are stopped in the reverse order of adding. A part
   * that is added while the process stops is stopped at once.
   */
  add(name: string, stop: () => Promise<unknown> | unknown): void
  /** Stops all parts, then exits: with 0 if no part failed. Idempotent: all callers share one stop. */
  stop(): Promise<void>
  /** Stops all parts after an error that the process cannot handle, then exits with 1. */
  fatal(error: unknown): Promise<void>
  readonly isStopping: boolean
}

/** Options of `lifecycle`. */
export interface LifecycleOptions {
  readonly log: Pick<Logger, 'info' | 'error' | 'fatal'>
  /** Longest time from the beginning of the stop to the exit. */
  readonly stopMs: number
  /** Ends the process. */
  readonly exit?: (code: number) => void
  /** The source of signals and uncaught errors; `process` if absent. */
  readonly events?: Pick<NodeJS.EventEmitter, 'on'>
}

interface StoppablePart {
  readonly name: string
  readonly stop: () => Promise<unknown> | unknown
}

/**
 * Installs the handlers of signals and uncaught errors.
 *
 * Promises:  SIGTERM and SIGINT start one stop; an uncaught error is fatal; the
 *            process exits with 1 if the stop takes longer than `stopMs`. A
 *            part that fails to stop does not keep the others from stopping.
 */
export const lifecycle = (options: LifecycleOptions): Lifecycle => {
  const { log, stopMs, exit = process.exit, events = process } = options
  const parts: StoppablePart[] = []
  let stopping: Promise<void> | undefined
  let exitCode = 0
  let current = 'nothing'

  const stopPart = async ({ name, stop }: StoppablePart): Promise<void> => {
    current = name
    try {
      await stop()
    } catch (error) {
      exitCode = 1
      log.error({ part: name, err: error }, 'a part failed to stop')
    }
  }

  const giveUp = (): void => {
    log.error({ part: current, stopMs }, 'stopping took too long')
    exit(1)
  }

  const stopAll = async (): Promise<void> => {
    const deadline = setTimeout(giveUp, stopMs)
    log.info({ parts: parts.length }, 'stopping')
    // A part that calls `stop` again must find `stopping` set.
    await undefined
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) await stopPart(part)
    clearTimeout(deadline)
    log.info({ exitCode }, 'stopped')
    exit(exitCode)
  }

  const stop = (): Promise<void> => {
    stopping ??= stopAll()
    return stopping
  }

  const fatal = (error: unknown): Promise<void> => {
    exitCode = 1
    log.fatal({ err: error }, 'fatal error')
    return stop()
  }

  for (const signal of ['SIGTERM', 'SIGINT']) events.on(signal, () => void stop())
  for (const stray of ['uncaughtException', 'unhandledRejection']) events.on(stray, (error: unknown) => void fatal(error))

  return {
    add: (name, stopIt) => {
      if (stopping === undefined) parts.push({ name, stop: stopIt })
      else void stopPart({ name, stop: stopIt })
    },
    stop,
    fatal,
    get isStopping() {
      return stopping !== undefined
    },
  }
}
