import type { Clock } from '../../ports/clock.ts'

/** The bounds of a delay. */
export interface BatchDelayOptions {
  /** The delay is this many times the duration of the last run … */
  readonly runs: number
  /** … and at most this long. */
  readonly maxMs: number
}

/** Computes the pause between two runs of a step that handles all queued items. */
export interface BatchDelay {
  /** The pause after a run that has handled `items` items in `tookMs`, in milliseconds. Call it after every run. */
  delayAfter(items: number, tookMs: number): number
}

/** The time constant of the average rate of items. */
const windowMs = 200

/**
 * A run costs nearly as much CPU for one item as for ten, but a pause delays
 * every item. The pause is therefore proportional to the duration of a run: it
 * bounds the share of time in runs, and grows when the machine is busy, because
 * runs then take longer. There is no pause if less than one item is expected
 * within it at the recent rate, because it would save no run.
 */
export const createBatchDelay = (clock: Pick<Clock, 'monotonicMs'>, { runs, maxMs }: BatchDelayOptions): BatchDelay => {
  /** Number of recent items, weighted: items older than the window count for a third or less. */
  let recent = 0
  let countedAtMs = clock.monotonicMs()
  return {
    delayAfter: (items, tookMs) => {
      const nowMs = clock.monotonicMs()
      recent = recent * Math.exp((countedAtMs - nowMs) / windowMs) + items
      countedAtMs = nowMs
      const pauseMs = Math.min(maxMs, runs * tookMs)
      return (recent / windowMs) * pauseMs >= 1 ? pauseMs : 0
    },
  }
}
