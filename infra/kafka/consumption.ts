import type { Consumption } from '../../shared/ports/command-log.ts'
import type { BackOffOptions } from './back-off.ts'
import { backOff } from './back-off.ts'
import type { ConsumerLife } from './consumer-life.ts'
import { causesOf, reasonOf } from './driver-error.ts'
import type { KafkaLog } from './kafka-log.ts'

export interface ConsumptionOptions extends BackOffOptions {
  readonly openLife: () => ConsumerLife
  readonly log: KafkaLog
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
 * Promises:  a life that cannot begin, or ends, is followed by another, for ever,
 *            while the brokers are away or still loading; only where no
 *            further life would fare better does the first one's failure
 *            reject the call, and that of a later one `failed`.
 */
export const consumption = async ({ openLife, times, clock, log }: ConsumptionOptions): Promise<Consumption> => {
  const failure = Promise.withResolvers<never>()
  // Whoever awaits `failed` still sees it.
  failure.promise.catch(() => {})
  const stopping = new AbortController()
  let life: ConsumerLife
  let stopped: Promise<void> | undefined

  /** Undefined once it has begun. */
  const tryAgain = async (): Promise<Error | undefined> => {
    life = openLife()
    try {
      await life.begin()
      return undefined
    } catch (error) {
      await life.stop()
      return error instanceof Error ? error : new Error('a consumer did not begin', { cause: error })
    }
  }

  const superviseFrom = async (end: Error): Promise<void> => {
    let cause: Error | undefined = end
    for (let failures = 1; cause !== undefined && !stopping.signal.aborted; failures += 1) {
      if (!mayComeBack(cause)) {
        failure.reject(cause)
        return
      }
      if (failures === 1) log.warn({ reason: reasonOf(cause) }, 'consuming has ended and begins again')
      await backOff({ clock, times }, failures, stopping.signal)
      if (!stopping.signal.aborted) cause = await tryAgain()
    }
    if (stopping.signal.aborted) return
    log.info({}, 'consuming has begun again')
    watch()
  }

  const watch = (): void => {
    const watched = life
    void watched.ended.then(async (cause) => {
      await watched.stop()
      await superviseFrom(cause)
    })
  }

  /** A broker that has just started knows its groups only after a while. */
  const beginFirst = async (): Promise<void> => {
    for (let failures = 0; ; failures += 1) {
      const cause = await tryAgain()
      if (cause === undefined) return
      if (!mayComeBack(cause)) throw cause
      if (failures === 0) log.warn({ reason: reasonOf(cause) }, 'consuming cannot begin yet')
      await backOff({ clock, times }, failures + 1, stopping.signal)
    }
  }

  await beginFirst()
  watch()
  return {
    failed: failure.promise,
    stop: () => {
      stopping.abort()
      stopped ??= life.stop()
      return stopped
    },
  }
}
