import type { Logger } from '../observability/logger.ts'

/** A process from its first start-up step to its exit. */
export interface Lifecycle {
  /**
   * Says how to stop what has just been started. Stopping goes in reverse
   * order of adding. Added while the process is stopping already, it is stopped at once.
   */
  add(name: string, stop: () => Promise<unknown> | unknown): void
  /** Stops everything, then ends the process: with 0 if all went well. Idempotent: all callers share one stop. */
  stop(): Promise<void>
  /** The process cannot go on: stops everything, then ends the process with 1. */
  fatal(error: unknown): Promise<void>
  readonly isStopping: boolean
}

export interface LifecycleOptions {
  readonly log: Pick<Logger, 'info' | 'error' | 'fatal'>
  /** From the beginning of the stop to the exit, whatever is left. */
  readonly stopMs: number
  /** Ends the process. */
  readonly exit?: (code: number) => void
  /** Where signals and stray errors come from. */
  readonly events?: Pick<NodeJS.EventEmitter, 'on'>
}

interface StoppablePart {
  readonly name: string
  readonly stop: () => Promise<unknown> | unknown
}

/**
 * Promises:  SIGTERM and SIGINT stop once, an error that nobody caught is
 *            fatal; after `stopMs` the process ends with 1 at the latest.
 * Does not:  wait for one part longer than for all, nor give up the others when one fails to stop.
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
    // A part that calls back must find the stop shared already.
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
    log.fatal({ err: error }, 'cannot go on')
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
