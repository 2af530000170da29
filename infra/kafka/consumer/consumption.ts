import type { Consumption } from '../../../shared/ports/command-log.ts'
import type { BackOffOptions } from '../../../shared/runtime/async/back-off.ts'
import { backOff } from '../../../shared/runtime/async/back-off.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { causesOf, reasonOf } from '../driver/driver-error.ts'
import type { ConsumerSession } from './consumer-session.ts'

export interface ConsumptionOptions extends BackOffOptions {
  readonly openSession: () => ConsumerSession
  /** Stops it, also while it has not begun. */
  readonly closing: AbortSignal
  readonly log: Log
}

/** The driver calls some of these final; a broker that was away comes back all the same. */
const outages: ReadonlySet<unknown> = new Set([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSTimeout',
  'KafkaJSLockTimeout',
  'DeadlineError',
  'SilenceError',
])

/** Whether another life may fare better. */
export const mayComeBack = (cause: unknown): boolean =>
  causesOf(cause).some((each) => each.retriable === true || outages.has(each.name))

/**
 * Consuming, over one life of a consumer after another.
 *
 * Promises:  a life that cannot begin, or ends, is followed by another, for
 *            ever while the brokers are away or still loading. Only where no
 *            further life would fare better does it reject, or later `failed`.
 */
export const consumption = async (options: ConsumptionOptions): Promise<Consumption> => {
  const { openSession: openLife, closing, log } = options
  closing.throwIfAborted()
  const failure = Promise.withResolvers<never>()
  // Whoever awaits `failed` still sees it.
  failure.promise.catch(() => {})
  const stopping = new AbortController()
  const { signal } = stopping
  let life = openLife()
  let stopped: Promise<void> | undefined

  const stop = (): Promise<void> => {
    stopping.abort()
    stopped ??= life.stop()
    return stopped
  }

  /** Until a life has begun, or we are to stop; throws a cause that no further life would mend. */
  const begin = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        await life.begin()
        return
      } catch (error) {
        await life.stop()
        if (signal.aborted) return
        if (!mayComeBack(error)) throw error
        if (failures === 1) log.warn({ reason: reasonOf(error) }, 'consuming cannot begin yet')
      }
      await backOff(options, failures, signal)
      if (signal.aborted) return
      life = openLife()
    }
  }

  const beginAgain = async (cause: Error): Promise<void> => {
    if (!mayComeBack(cause)) throw cause
    log.warn({ reason: reasonOf(cause) }, 'consuming has ended and begins again')
    await backOff(options, 1, signal)
    if (signal.aborted) return
    life = openLife()
    await begin()
    if (signal.aborted) return
    log.info({}, 'consuming has begun again')
    watch()
  }

  const watch = (): void => {
    const watched = life
    void watched.ended.then(async (cause) => {
      await watched.stop()
      if (!signal.aborted) await beginAgain(cause).catch(failure.reject)
    })
  }

  closing.addEventListener('abort', () => void stop())
  await begin()
  closing.throwIfAborted()
  watch()
  return {
    failed: failure.promise,
    get lag() {
      return life.lag
    },
    rewind: () => life.rewind(),
    stop,
  }
}
