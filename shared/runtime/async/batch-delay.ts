import type { Clock } from '../../ports/clock.ts'

export interface BatchDelayOptions {
  /** A pause is as long as this many runs. */
  readonly runs: number
  readonly mostMs: number
}

/** Decides how long a step that handles whatever is queued pauses before its next run. */
export interface BatchDelay {
  /** To be called when a run has handled so many items in so much time; the pause that follows it, in milliseconds. */
  delayAfter(items: number, tookMs: number): number
}

/** Over this time the rate of items is averaged. */
const windowMs = 200

/**
 * A run costs nearly as much CPU for one item as for ten, but a pause delays
 * every item. So a pause is in proportion to the run: it bounds the share of
 * time that runs take, and grows by itself when the machine is busy, because
 * runs then take longer. There is none unless one more item is expected within
 * it, at the recent rate: it would save no run.
 */
export const createBatchDelay = (clock: Pick<Clock, 'monotonicMs'>, { runs, mostMs }: BatchDelayOptions): BatchDelay => {
  /** Items of the recent past; what is older than the window counts for a third and less. */
  let recent = 0
  let countedAtMs = clock.monotonicMs()
  return {
    delayAfter: (items, tookMs) => {
      const nowMs = clock.monotonicMs()
      recent = recent * Math.exp((countedAtMs - nowMs) / windowMs) + items
      countedAtMs = nowMs
      const pauseMs = Math.min(mostMs, runs * tookMs)
      return (recent / windowMs) * pauseMs >= 1 ? pauseMs : 0
    },
  }
}
