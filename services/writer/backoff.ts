import type { Clock } from '../../shared/ports/clock.ts'
import type { RecordBatch } from '../../shared/ports/command-log.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import type { Times } from '../../shared/runtime/config/times.ts'

/** What long work on a batch needs, to keep its partition and to know when to give up. */
export type PartitionLease = Pick<RecordBatch, 'partition' | 'heartbeat' | 'signal'>

/** Pauses between attempts on a batch. */
export interface Backoff {
  /**
   * Waits, longer with each failure, and heartbeats before and after. Throws
   * when the batch is given up: consuming stops, or the partition is lost.
   */
  afterFailure(hold: PartitionLease, failures: number): Promise<void>
  /** Waits a moment, longer with each clash; the first time not at all. */
  afterClash(clashes: number): Promise<void>
}

export const createBackoff = (clock: Clock, { retryFirstMs, retryMostMs }: Times): Backoff => ({
  afterFailure: async ({ heartbeat, signal }, failures) => {
    signal.throwIfAborted()
    await heartbeat()
    await pause(clock, Math.min(retryMostMs, retryFirstMs * 2 ** (failures - 1)), signal)
    signal.throwIfAborted()
    await heartbeat()
  },
  afterClash: async (clashes) => {
    if (clashes > 1) await pause(clock, 2 ** clashes)
  },
})
