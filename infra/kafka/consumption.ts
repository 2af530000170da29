import type { Consumption } from '../../shared/ports/command-log.ts'
import type { BackOffOptions } from './back-off.ts'
import { backOff } from './back-off.ts'
import type { ConsumerLife } from './consumer-life.ts'
import { causesOf, reasonOf } from './driver-error.ts'
import type { KafkaLog } from './kafka-log.ts'
import type { KafkaTimes } from './kafka-options.ts'

export interface ConsumptionOptions extends BackOffOptions {
  readonly openLife: () => ConsumerLife
  readonly times: BackOffOptions['times'] & Pick<KafkaTimes, 'consumerRebalanceMs'>
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
 * Promises:  a life that ended is followed by another, for ever while the
 *            brokers are away; `failed` rejects only where no further life
 *            would fare better. Rejects when none has begun within the time
 *            that joining a group may take.
 */
export const consumption = async ({ openLife, times, clock, log }: ConsumptionOptions): Promise<Consumption> => {
  const failure = Promise.withResolvers<never>()
  // Whoever awaits `failed` still sees it.
  failure.promise.catch(() => {})
  const stopping = new AbortController()
  const { signal } = stopping
  let life = openLife()
  let stopped: Promise<void> | undefined

  /** Throws a cause that no further life would mend, and any once time is over. */
  const begin = async (giveUpAtMs: number): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        await life.begin()
        return
      } catch (error) {
        await life.stop()
        if (signal.aborted) return
        if (!mayComeBack(error) || clock.monotonicMs() > giveUpAtMs) throw error
      }
      await backOff({ clock, times }, failures, signal)
      if (signal.aborted) return
      life = openLife()
    }
  }

  const beginAgain = async (cause: Error): Promise<void> => {
    if (!mayComeBack(cause)) throw cause
    log.warn({ reason: reasonOf(cause) }, 'consuming has ended and begins again')
    await backOff({ clock, times }, 1, signal)
    if (signal.aborted) return
    life = openLife()
    await begin(Number.POSITIVE_INFINITY)
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

  await begin(clock.monotonicMs() + times.consumerRebalanceMs)
  watch()
  return {
    failed: failure.promise,
    get lag() {
      return life.lag
    },
    stop: () => {
      stopping.abort()
      stopped ??= life.stop()
      return stopped
    },
  }
}
