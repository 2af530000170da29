import type { Consumption } from '../../../shared/ports/command-log.ts'
import type { BackOffOptions } from '../../../shared/runtime/async/back-off.ts'
import { backOff } from '../../../shared/runtime/async/back-off.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { causesOf, reasonOf } from '../driver/driver-error.ts'
import type { ConsumerSession } from './consumer-session.ts'

/** Options of `consumption`. */
export interface ConsumptionOptions extends BackOffOptions {
  /** Creates the next session. */
  readonly openSession: () => ConsumerSession
  /** Stops consuming, also before it has begun. */
  readonly closing: AbortSignal
  readonly log: Log
}

/** Errors of an outage. The driver marks some of them as final, but the brokers may recover. */
const outages: ReadonlySet<unknown> = new Set([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSTimeout',
  'KafkaJSLockTimeout',
  'DeadlineError',
  'SilenceError',
])

/** Whether a new session may succeed after this cause. */
export const mayComeBack = (cause: unknown): boolean =>
  causesOf(cause).some((each) => each.retriable === true || outages.has(each.name))

/**
 * Consumes over a sequence of sessions.
 *
 * Promises:  a session that cannot begin, or ends, is replaced by a new one,
 *            without limit while the brokers are unavailable or loading. Rejects, or
 *            later rejects `failed`, only where no new session could succeed.
 */
export const consumption = async (options: ConsumptionOptions): Promise<Consumption> => {
  const { openSession, closing, log } = options
  closing.throwIfAborted()
  const failure = Promise.withResolvers<never>()
  // Prevents an unhandled rejection; awaiting `failed` still rejects.
  failure.promise.catch(() => {})
  const stopping = new AbortController()
  const { signal } = stopping
  let session = openSession()
  let stopped: Promise<void> | undefined

  const stop = (): Promise<void> => {
    stopping.abort()
    stopped ??= session.stop()
    return stopped
  }

  /** Resolves when a session has begun or consuming was stopped; throws a cause after which no session could succeed. */
  const begin = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        await session.begin()
        return
      } catch (error) {
        await session.stop()
        if (signal.aborted) return
        if (!mayComeBack(error)) throw error
        if (failures === 1) log.warn({ reason: reasonOf(error) }, 'the consumer cannot start yet, retrying')
      }
      await backOff(options, failures, signal)
      if (signal.aborted) return
      session = openSession()
    }
  }

  const beginAgain = async (cause: Error): Promise<void> => {
    if (!mayComeBack(cause)) throw cause
    log.warn({ reason: reasonOf(cause) }, 'the consumer has stopped and starts again')
    await backOff(options, 1, signal)
    if (signal.aborted) return
    session = openSession()
    await begin()
    if (signal.aborted) return
    log.info({}, 'the consumer has started again')
    watch()
  }

  const watch = (): void => {
    const watched = session
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
      return session.lag
    },
    rewind: () => session.rewind(),
    stop,
  }
}
