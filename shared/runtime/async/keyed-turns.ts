/** Runs work under a key; resolves or rejects with the work. */
export type KeyedTurns = <T>(key: string, work: () => Promise<T>) => Promise<T>

interface Lane {
  running: number
  readonly waiting: (() => void)[]
}

/**
 * Limits the concurrent works of each key to `most`; further ones wait in order.
 * Starts work synchronously below the limit. Does not bound the number that waits.
 */
export const createKeyedTurns = (most: number): KeyedTurns => {
  const lanes = new Map<string, Lane>()

  const laneOf = (key: string): Lane => {
    const lane = lanes.get(key) ?? { running: 0, waiting: [] }
    lanes.set(key, lane)
    return lane
  }

  /** The next waiting work takes over the turn of the finished one. */
  const finish = (key: string, lane: Lane): void => {
    const next = lane.waiting.shift()
    if (next !== undefined) return next()
    lane.running -= 1
    if (lane.running === 0) lanes.delete(key)
  }

  return async (key, work) => {
    const lane = laneOf(key)
    if (lane.running < most) lane.running += 1
    else await new Promise<void>((resolve) => lane.waiting.push(resolve))
    try {
      return await work()
    } finally {
      finish(key, lane)
    }
  }
}
