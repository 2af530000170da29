import type { Clock } from '../../shared/ports/clock.ts'
import type { ReadSet } from '../../shared/ports/event-store.ts'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import type { Attempt, Batch } from './decide-and-append.ts'
import type { Decision } from './decide-batch.ts'
import { rowsOf } from './read-set.ts'
import type { RowBound } from './row-bound.ts'
import { isForAll, isTimeout, StaleError } from './store-errors.ts'

/** Decides and stores the commands of one partition, all or nothing; one decision for each, in their order. */
export type Commit = (commands: readonly Command[]) => Promise<readonly Decision[]>

export interface GroupCommitDeps {
  readonly readSetOf: (commands: readonly Command[]) => ReadSet
  readonly attempt: (batches: readonly Batch[]) => Promise<Attempt>
  readonly bound: RowBound
  readonly maxCommands: number
  readonly clock: Clock
  /** Before an attempt that follows this many stale ones in a row. */
  readonly afterStale: (times: number) => Promise<void>
}

interface Waiting extends Batch {
  readonly rows: number
  readonly resolve: (decisions: readonly Decision[]) => void
  readonly reject: (reason: unknown) => void
}

const rowsOfAll = (group: readonly Waiting[]): number => group.reduce((sum, { rows }) => sum + rows, 0)

/** A group is decided again together once; a batch alone several times, before the store is treated as unavailable. */
const mostStale = (batches: number): number => (batches > 1 ? 1 : 5)

/**
 * Batches of several partitions in one append. Those that are submitted while
 * an append is under way, or in one turn, go together: an append costs as much
 * as dozens of rows, and a writer has a small batch of each of its partitions.
 *
 * Promises:  a group is bounded by commands and by rows; only a single batch
 *            may exceed them. Each batch is all or nothing and gets its own
 *            result: when a group fails by what is in it, or takes too long,
 *            each batch is tried alone, the smallest first.
 * Does not:  split a batch: one that takes too long, or has more rows than the
 *            bound has become, is rejected with fault `timeout`.
 */
export const createGroupCommit = (deps: GroupCommitDeps): Commit => {
  const { readSetOf, attempt, bound, maxCommands, clock, afterStale } = deps
  let queue: Waiting[] = []
  let isRunning = false

  const untilFresh = async (group: readonly Waiting[]): Promise<readonly (readonly Decision[])[]> => {
    for (let stale = 0; ; stale += 1) {
      const result = await attempt(group)
      if (result !== 'stale') return result
      await afterStale(stale + 1)
      if (stale >= mostStale(group.length)) throw new StaleError()
    }
  }

  const store = async (group: readonly Waiting[]): Promise<void> => {
    const rows = rowsOfAll(group)
    try {
      const decisions = await untilFresh(group)
      bound.onAppended(rows)
      for (const [index, { resolve }] of group.entries()) resolve(decisions[index] ?? [])
    } catch (error) {
      if (isTimeout(error)) bound.onTimeout(rows)
      if (group.length === 1 || isForAll(error)) for (const { reject } of group) reject(error)
      else await storeEach(group)
    }
  }

  const storeEach = async (group: readonly Waiting[]): Promise<void> => {
    for (const one of group.toSorted((a, b) => a.rows - b.rows)) {
      if (isTooLarge(one)) one.reject(new StoreError('timeout', 'the batch has more rows than an append may have now'))
      else await store([one])
    }
  }

  const isTooLarge = ({ rows, commands }: Waiting): boolean => rows > bound.rows && commands.length > 1

  /** The first, and as many behind it as fit. */
  const take = (): readonly Waiting[] => {
    let [commands, rows] = [0, 0]
    const end = queue.findIndex((waiting, index) => {
      commands += waiting.commands.length
      rows += waiting.rows
      return index > 0 && (commands > maxCommands || rows > bound.rows)
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
      queue.push({ commands, wanted: readSetOf(commands), rows, resolve, reject })
      if (isRunning) return
      isRunning = true
      clock.after(0, () => void drain())
    })
}
