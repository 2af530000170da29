import type { Clock } from '../../shared/ports/clock.ts'
import type { RecordBatch } from '../../shared/ports/command-log.ts'
import { backOff } from '../../shared/runtime/async/back-off.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import type { Times } from '../../shared/runtime/config/times.ts'

/** The parts of a batch with which long work keeps its partition and notices that the batch is abandoned. */
export type PartitionLease = Pick<RecordBatch, 'partition' | 'heartbeat' | 'signal'>

/** Pauses between attempts on a batch. */
export interface Backoff {
  /**
   * Waits longer after each failure; sends a heartbeat before and after. Throws
   * when the batch is abandoned: consuming stops, or the partition is revoked.
   */
  afterFailure(lease: PartitionLease, failures: number): Promise<void>
  /** Waits longer after each stale append; does not wait after the first. */
  afterStaleAppend(staleAppends: number): Promise<void>
}

export const createBackoff = (clock: Clock, times: Pick<Times, 'retryFirstMs' | 'retryMostMs'>): Backoff => ({
  afterFailure: async ({ heartbeat, signal }, failures) => {
    signal.throwIfAborted()
    await heartbeat()
    await backOff({ clock, times }, failures, signal)
    signal.throwIfAborted()
    await heartbeat()
  },
  afterStaleAppend: async (staleAppends) => {
    if (staleAppends > 1) await pause(clock, 2 ** staleAppends)
  },
})
