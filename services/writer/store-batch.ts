import type { Command } from '../../shared/room-events/room-events.ts'
import type { PartitionLease } from './backoff.ts'
import type { Commit } from './group-commit.ts'
import type { Settled } from './outcome-lines.ts'
import type { Entry, Faulty } from './read-record.ts'
import type { RetryUntilDone } from './retry-until-done.ts'
import { ConnectionLostError, isRecordFault, isTimeout } from './store-errors.ts'

export interface StoredBatch {
  /** Decided and stored, in the order of the log. */
  readonly settled: readonly Settled[]
  /** Those that can be neither decided nor stored. */
  readonly faulty: readonly Faulty[]
}

/** Decides and stores; throws only when the batch is given up. */
export type StoreBatch = (entries: readonly Entry[], lease: PartitionLease, commit: Commit) => Promise<StoredBatch>

const concatenated = (first: StoredBatch, second: StoredBatch): StoredBatch => ({
  settled: [...first.settled, ...second.settled],
  faulty: [...first.faulty, ...second.faulty],
})

const settledBy = async (entries: readonly Entry[], commit: Commit): Promise<readonly Settled[]> => {
  const commands = entries.map(({ command }): Command => command)
  const decisions = await commit(commands)
  return entries.flatMap((entry, index) => {
    const decision = decisions[index]
    return decision === undefined ? [] : [{ entry, decision }]
  })
}

/** One record is retried for ever when it takes too long: that is no fault of the record. */
const isFinalFor =
  (entries: readonly Entry[]) =>
  (error: unknown): boolean =>
    error instanceof ConnectionLostError || isRecordFault(error) || (isTimeout(error) && entries.length > 1)

/**
 * Decides a batch and stores what was decided. While the store is unavailable
 * the batch waits. A batch that the store refuses for what is in it, or that
 * takes too long, is halved, in order, until the halves are stored or the
 * record at fault stands alone. Throws when the connection is lost.
 */
export const createStoreBatch = (retryUntilDone: RetryUntilDone): StoreBatch => {
  const storeBatch: StoreBatch = async (entries, lease, commit) => {
    if (entries.length === 0) return { settled: [], faulty: [] }
    const run = () => settledBy(entries, commit)
    try {
      const isFinal = isFinalFor(entries)
      return { settled: await retryUntilDone(lease, { part: 'eventStore', cause: 'store', run, isFinal }), faulty: [] }
    } catch (error) {
      const [first] = entries
      if (entries.length > 1 && (isRecordFault(error) || isTimeout(error))) return halves(entries, lease, commit)
      if (!isRecordFault(error) || first === undefined) throw error
      return { settled: [], faulty: [{ record: first.record, reason: error.message }] }
    }
  }

  const halves: StoreBatch = async (entries, lease, commit) => {
    await lease.heartbeat()
    const middle = Math.ceil(entries.length / 2)
    const first = await storeBatch(entries.slice(0, middle), lease, commit)
    return concatenated(first, await storeBatch(entries.slice(middle), lease, commit))
  }

  return storeBatch
}
