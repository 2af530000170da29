/** Takes an item; resolves with its result. */
export interface Batcher<Item, Result> {
  (item: Item): Promise<Result>
  /** Items that no run has taken yet. */
  readonly waiting: number
}

export interface BatcherOptions<Item, Result> {
  /** Results stand in the order of the items. A rejection is the rejection of exactly these items. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly maxItems: number
  /** After a run, before the next one may begin; what comes meanwhile accumulates. Undefined: at once. */
  readonly rest?: () => Promise<void> | undefined
}

interface WaitingItem<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Single-flight adaptive batching: idle → run at once with the one item; busy
 * → accumulate, run on return. No added latency at rest, full batches under
 * load. Keeps the order of items. Does not bound how many wait: the caller does.
 */
export const batcher = <Item, Result>({
  run,
  maxItems,
  rest = () => undefined,
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
      const resting = rest()
      if (resting !== undefined) await resting
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
