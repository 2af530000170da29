import type { Clock } from '../../shared/ports/clock.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import { messageOf } from '../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'

/** Options of the periodic prune. */
export interface PeriodicPruneOptions {
  /** Deletes at most `rows` old rejections; resolves with the number deleted. */
  readonly pruneSlice: (rows: number) => Promise<number>
  readonly clock: Clock
  readonly log: Log
}

/** A running periodic prune. */
export interface PeriodicPrune {
  /** Begins no further slice, and waits for the present one. Idempotent. */
  stop(): Promise<void>
}

const everyMs = 3_600_000
/** Small, with a pause after each slice, because the embedded database runs one statement at a time. */
const rowsPerSlice = 500
const betweenSlicesMs = 100

/**
 * Deletes old rejections of the embedded database, which has no `admin prune`:
 * at start and then every hour, in bounded slices.
 *
 * Promises:  a failure is logged and does not end the process; the next round
 *            continues where the last one ended.
 */
export const startPeriodicPrune = ({ pruneSlice, clock, log }: PeriodicPruneOptions): PeriodicPrune => {
  const stopping = new AbortController()
  const { signal } = stopping

  const pruneAll = async (): Promise<number> => {
    let total = 0
    while (!signal.aborted) {
      const pruned = await pruneSlice(rowsPerSlice)
      total += pruned
      if (pruned < rowsPerSlice) break
      await pause(clock, betweenSlicesMs, signal)
    }
    return total
  }

  const round = async (): Promise<void> => {
    try {
      const pruned = await pruneAll()
      if (pruned > 0) log.info({ pruned }, 'old rejections pruned')
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'pruning old rejections failed')
    }
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await round()
      await pause(clock, everyMs, signal)
    }
  }

  const running = run()
  return {
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
