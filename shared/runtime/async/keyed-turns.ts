/** Runs work under a key; resolves or rejects as the work does. */
export type KeyedTurns = <T>(key: string, work: () => Promise<T>) => Promise<T>

interface Lane {
  running: number
  readonly waiting: (() => void)[]
}

/**
 * At most `most` works of one key run at a time; further ones wait in the order they came.
 * Starts work synchronously while there is room. Does not bound how many wait.
 */
export const createKeyedTurns = (most: number): KeyedTurns => {
  const lanes = new Map<string, Lane>()

  const laneOf = (key: string): Lane => {
    const lane = lanes.get(key) ?? { running: 0, waiting: [] }
    lanes.set(key, lane)
    return lane
  }

  /** A waiting work inherits the place of the finished one. */
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
