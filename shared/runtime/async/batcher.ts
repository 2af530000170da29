/** A function that takes one item and resolves with its result, from a batch. */
export interface Batcher<Item, Result> {
  (item: Item): Promise<Result>
  /** Number of items that are not part of a run yet. */
  readonly waiting: number
}

/** How a batcher runs a batch. */
export interface BatcherOptions<Item, Result> {
  /** Returns results in the order of the items. A rejection rejects exactly these items. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly maxItems: number
  /** A pause after each run, in which items accumulate. Undefined: no pause. */
  readonly pauseAfterRun?: () => Promise<void> | undefined
}

interface WaitingItem<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Single-flight adaptive batching: while idle, an item runs at once; during a
 * run, items accumulate for the next one. This adds no latency at low load and
 * gives full batches at high load. Keeps the order of items. Does not bound the
 * number of waiting items: the caller does.
 */
export const batcher = <Item, Result>({
  run,
  maxItems,
  pauseAfterRun = () => undefined,
}: BatcherOptions<Item, Result>): Batcher<Item, Result> => {
  let queue: WaitingItem<Item, Result>[] = []
  let isRunning = false

  const runBatch = async (batch: readonly WaitingItem<Item, Result>[]): Promise<void> => {
    try {
      const results = await run(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  const drain = async (): Promise<void> => {
    isRunning = true
    while (queue.length > 0) {
      const batch = queue.slice(0, maxItems)
      queue = queue.slice(maxItems)
      await runBatch(batch)
      const pausing = pauseAfterRun()
      if (pausing !== undefined) await pausing
    }
    isRunning = false
  }

  const add = (item: Item): Promise<Result> => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    queue.push({ item, resolve, reject })
    if (!isRunning) void drain()
    return promise
  }
  return Object.defineProperty(add, 'waiting', { get: () => queue.length }) as Batcher<Item, Result>
}
