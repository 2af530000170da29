import type { Clock } from '../../shared/ports/clock.ts'
import type { ReadSet } from '../../shared/ports/event-store.ts'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import type { Decision } from './batch-state.ts'
import type { AppendAttempt, Batch } from './decide-and-append.ts'
import { rowsOf } from './read-set.ts'
import type { RowBound } from './row-bound.ts'
import { isStoreFault, isTimeout, StaleError } from './store-errors.ts'

/** Decides and stores the commands of one partition, all or nothing. Resolves to one decision per command, in the same order. */
export type Commit = (commands: readonly Command[]) => Promise<readonly Decision[]>

/** The steps and bounds of a group commit. */
export interface GroupCommitDeps {
  readonly readSetOf: (commands: readonly Command[]) => ReadSet
  /** Decides and appends a group of batches once. */
  readonly attempt: (batches: readonly Batch[]) => Promise<AppendAttempt>
  readonly rowBound: RowBound
  readonly maxCommands: number
  readonly clock: Clock
  /** Waits before the next attempt; the argument is the number of stale appends in a row. */
  readonly afterStaleAppend: (staleAppends: number) => Promise<void>
}

interface WaitingBatch extends Batch {
  readonly rows: number
  readonly resolve: (decisions: readonly Decision[]) => void
  readonly reject: (reason: unknown) => void
}

const rowsOfAll = (group: readonly WaitingBatch[]): number => group.reduce((sum, { rows }) => sum + rows, 0)

/** The number of repetitions after stale appends; one more stale append fails the commit. */
const maxStaleAppends = (batches: number): number => (batches > 1 ? 1 : 5)

/**
 * Commits batches of several partitions in one append. Batches that are
 * submitted in one turn of the event loop, or during an append, form a group:
 * the fixed cost of an append is that of dozens of rows, and a writer has one
 * small batch per partition.
 *
 * Promises:  a group is limited in commands and rows; only a group of one batch
 *            may exceed the limits. Each batch is all or nothing and has its
 *            own result: if a group fails for its content or times out, each of
 *            its batches is tried alone, the smallest first.
 * Does not:  split a batch: one that times out, or has more rows than the
 *            current row bound, is rejected with fault `timeout`.
 */
export const createGroupCommit = (deps: GroupCommitDeps): Commit => {
  const { readSetOf, attempt, rowBound, maxCommands, clock, afterStaleAppend } = deps
  let queue: WaitingBatch[] = []
  let isRunning = false

  const decideAndStore = async (group: readonly WaitingBatch[]): Promise<readonly (readonly Decision[])[]> => {
    for (let stale = 0; ; stale += 1) {
      const result = await attempt(group)
      if (result !== 'stale') return result
      await afterStaleAppend(stale + 1)
      if (stale >= maxStaleAppends(group.length)) throw new StaleError()
    }
  }

  const store = async (group: readonly WaitingBatch[]): Promise<void> => {
    const rows = rowsOfAll(group)
    try {
      const decisions = await decideAndStore(group)
      rowBound.onAppended(rows)
      for (const [index, { resolve }] of group.entries()) resolve(decisions[index] ?? [])
    } catch (error) {
      if (isTimeout(error)) rowBound.onTimeout(rows)
      if (group.length === 1 || isStoreFault(error)) for (const { reject } of group) reject(error)
      else await storeEach(group)
    }
  }

  const storeEach = async (group: readonly WaitingBatch[]): Promise<void> => {
    for (const one of group.toSorted((a, b) => a.rows - b.rows)) {
      if (isTooLarge(one)) one.reject(new StoreError('timeout', 'the batch has more rows than the current row bound'))
      else await store([one])
    }
  }

  const isTooLarge = ({ rows, commands }: WaitingBatch): boolean => rows > rowBound.rows && commands.length > 1

  /** Removes the first batch and as many after it as fit. */
  const take = (): readonly WaitingBatch[] => {
    let [commands, rows] = [0, 0]
    const end = queue.findIndex((waiting, index) => {
      commands += waiting.commands.length
      rows += waiting.rows
      return index > 0 && (commands > maxCommands || rows > rowBound.rows)
    })
    const taken = end < 0 ? queue : queue.slice(0, end)
    queue = queue.slice(taken.length)
    return taken
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = take()
      await (group.length === 1 ? storeEach(group) : store(group))
    }
    isRunning = false
  }

  return (commands) =>
    new Promise((resolve, reject) => {
      const rows = commands.reduce((sum, command) => sum + rowsOf(command), 0)
      queue.push({ commands, readSet: readSetOf(commands), rows, resolve, reject })
      if (isRunning) return
      isRunning = true
      clock.after(0, () => void drain())
    })
}
