import type { PartitionLease } from './backoff.ts'
import type { Decision } from './batch-state.ts'
import type { Commit } from './group-commit.ts'
import type { CommandEntry, UnusableRecord } from './read-record.ts'
import type { RetryUntilDone } from './retry-until-done.ts'
import { ConnectionLostError, isRecordFault, isTimeout } from './store-errors.ts'

/** A record whose decision is in the event store. */
export interface StoredEntry extends CommandEntry {
  readonly decision: Decision
}

/** The result of storing a batch. Each record of the batch is in one of the two lists. */
export interface StoredBatch {
  /** In the order of the log. */
  readonly stored: readonly StoredEntry[]
  /** Records that cannot be decided or stored, for the dead-letter topic. */
  readonly faulty: readonly UnusableRecord[]
}

/** Decides and stores; throws only when the batch is abandoned. */
export type StoreBatch = (entries: readonly CommandEntry[], lease: PartitionLease, commit: Commit) => Promise<StoredBatch>

const concatenated = (first: StoredBatch, second: StoredBatch): StoredBatch => ({
  stored: [...first.stored, ...second.stored],
  faulty: [...first.faulty, ...second.faulty],
})

const committed = async (entries: readonly CommandEntry[], commit: Commit): Promise<readonly StoredEntry[]> => {
  const decisions = await commit(entries.map(({ command }) => command))
  return entries.flatMap(({ record, command }, index) => {
    const decision = decisions[index]
    return decision === undefined ? [] : [{ record, command, decision }]
  })
}

/** A single record is retried forever after a timeout, because a timeout is not the record's fault. */
const isFinalFor =
  (entries: readonly CommandEntry[]) =>
  (error: unknown): boolean =>
    error instanceof ConnectionLostError || isRecordFault(error) || (isTimeout(error) && entries.length > 1)

/**
 * Decides a batch and stores the decisions. Waits while the store is
 * unavailable. If the store refuses the batch for its content, or the append
 * times out, the batch is halved, in order, until the halves are stored or one
 * faulty record is left. Throws when the connection is lost.
 */
export const createStoreBatch = (retryUntilDone: RetryUntilDone): StoreBatch => {
  const storeBatch: StoreBatch = async (entries, lease, commit) => {
    if (entries.length === 0) return { stored: [], faulty: [] }
    const task = { part: 'eventStore', cause: 'store', isFinal: isFinalFor(entries) } as const
    try {
      return { stored: await retryUntilDone(lease, { ...task, run: () => committed(entries, commit) }), faulty: [] }
    } catch (error) {
      const [first] = entries
      if (entries.length > 1 && (isRecordFault(error) || isTimeout(error))) return storeHalves(entries, lease, commit)
      if (!isRecordFault(error) || first === undefined) throw error
      return { stored: [], faulty: [{ record: first.record, reason: error.message }] }
    }
  }

  const storeHalves: StoreBatch = async (entries, lease, commit) => {
    await lease.heartbeat()
    const middle = Math.ceil(entries.length / 2)
    const first = await storeBatch(entries.slice(0, middle), lease, commit)
    return concatenated(first, await storeBatch(entries.slice(middle), lease, commit))
  }

  return storeBatch
}
