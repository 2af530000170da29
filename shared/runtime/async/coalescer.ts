import type { Clock, Timer } from '../../ports/clock.ts'
import { chunks } from './chunks.ts'

/** Merges changes by key until the next run takes them. */
export interface Coalescer<Change, Result> {
  /** Resolves with the result of the run that contains the change; rejects if that run fails. */
  ask(key: string, change: Change): Promise<Result>
  /** The same without an answer: the change is merged again if its run fails. */
  add(key: string, change: Change): void
  /** Keys that no run has taken yet. */
  readonly size: number
  /** Runs what waits, without a pause. Afterwards, nothing is merged again. */
  drain(): Promise<void>
}

/** How a coalescer runs its changes. */
export interface CoalescerOptions<Change, Result> {
  readonly clock: Clock
  readonly merge: (one: Change, other: Change) => Change
  /** Returns results in the order of the changes. */
  readonly run: (changes: readonly Change[]) => Promise<readonly Result[]>
  readonly maxItems: number
  /** The least time between the starts of two rounds of runs. */
  readonly intervalMs: number
}

interface Entry<Change, Result> {
  change: Change
  /** The merged changes that nobody waits for. */
  added: Change | undefined
  readonly waiting: { resolve: (result: Result) => void; reject: (reason: unknown) => void }[]
}

/**
 * One pending value per key: a change is merged into the one that waits.
 *
 * Promises:  one run in flight; a round takes everything that waits, in runs of
 *            at most `maxItems`. While idle for the interval, a change runs at
 *            once. No timer while nothing waits.
 * Does not:  bound the number of keys: the caller does.
 */
export const createCoalescer = <Change, Result>(options: CoalescerOptions<Change, Result>): Coalescer<Change, Result> => {
  const { clock, merge, run, maxItems, intervalMs } = options
  let entries = new Map<string, Entry<Change, Result>>()
  let lastStartMs = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined
  let timer: Timer | undefined
  let isDraining = false

  const entryFor = (key: string, change: Change): Entry<Change, Result> => {
    const known = entries.get(key)
    if (known !== undefined) {
      known.change = merge(known.change, change)
      return known
    }
    const entry: Entry<Change, Result> = { change, added: undefined, waiting: [] }
    entries.set(key, entry)
    return entry
  }

  const merged = (one: Change | undefined, other: Change): Change => (one === undefined ? other : merge(one, other))

  const fail = (batch: readonly (readonly [string, Entry<Change, Result>])[], error: unknown): void => {
    for (const [key, { added, waiting }] of batch) {
      for (const { reject } of waiting) reject(error)
      if (added !== undefined && !isDraining) add(key, added)
    }
  }

  const runBatch = async (batch: readonly (readonly [string, Entry<Change, Result>])[]): Promise<void> => {
    try {
      const results = await run(batch.map(([, { change }]) => change))
      for (const [index, [, { waiting }]] of batch.entries()) for (const { resolve } of waiting) resolve(results[index] as Result)
    } catch (error) {
      fail(batch, error)
    }
  }

  const runRound = async (): Promise<void> => {
    lastStartMs = clock.monotonicMs()
    const all = [...entries]
    entries = new Map()
    for (const some of chunks(all, maxItems)) await runBatch(some)
  }

  const start = (): void => {
    timer?.cancel()
    timer = undefined
    running = runRound().finally(() => {
      running = undefined
      schedule()
    })
  }

  const schedule = (): void => {
    if (running !== undefined || timer !== undefined || isDraining || entries.size === 0) return
    const waitMs = lastStartMs + intervalMs - clock.monotonicMs()
    if (waitMs <= 0) return start()
    timer = clock.after(waitMs, () => {
      timer = undefined
      start()
    })
  }

  const add = (key: string, change: Change): void => {
    const entry = entryFor(key, change)
    entry.added = merged(entry.added, change)
    schedule()
  }

  return {
    ask: (key, change) => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      entryFor(key, change).waiting.push({ resolve, reject })
      schedule()
      return promise
    },
    add,
    get size() {
      return entries.size
    },
    drain: async () => {
      isDraining = true
      timer?.cancel()
      timer = undefined
      await running
      await runRound()
    },
  }
}
