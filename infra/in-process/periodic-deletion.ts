import type { Clock } from '../../shared/ports/clock.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import { messageOf } from '../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'

/** Deletes about `rows` rows, oldest first; resolves with the number deleted. */
export type DeleteOldRows = (rows: number) => Promise<number>

/** Options of the periodic deletion. */
export interface PeriodicDeletionOptions {
  /** By the name of the rows in the log. */
  readonly slices: Readonly<Record<string, DeleteOldRows>>
  /** From the end of a round to the next; an hour by default. */
  readonly everyMs?: number
  readonly clock: Clock
  readonly log: Log
}

/** A running periodic deletion. */
export interface PeriodicDeletion {
  /** Begins no further slice, and waits for the present one. Idempotent. */
  stop(): Promise<void>
}

const hourMs = 3_600_000
/** Small, with a pause after each slice, because the embedded database runs one statement at a time. */
const rowsPerSlice = 500
const betweenSlicesMs = 100

/**
 * Deletes old rows of the embedded database, for which nobody runs `admin prune`
 * and `admin sweep`: at start and then periodically, in bounded slices.
 *
 * Promises:  a failure is logged and does not end the process, nor keep other
 *            rows from being deleted; the next round continues where the last
 *            one ended.
 */
export const startPeriodicDeletion = ({ slices, everyMs = hourMs, clock, log }: PeriodicDeletionOptions): PeriodicDeletion => {
  const stopping = new AbortController()
  const { signal } = stopping

  const deleteAll = async (deleteSlice: DeleteOldRows): Promise<number> => {
    let total = 0
    while (!signal.aborted) {
      const deleted = await deleteSlice(rowsPerSlice)
      total += deleted
      if (deleted < rowsPerSlice) break
      await pause(clock, betweenSlicesMs, signal)
    }
    return total
  }

  const round = async (rows: string, deleteSlice: DeleteOldRows): Promise<void> => {
    try {
      const deleted = await deleteAll(deleteSlice)
      if (deleted > 0) log.info({ rows, deleted }, 'old rows deleted')
    } catch (error) {
      log.warn({ rows, reason: messageOf(error) }, 'deleting old rows failed')
    }
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      for (const [rows, deleteSlice] of Object.entries(slices)) await round(rows, deleteSlice)
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
