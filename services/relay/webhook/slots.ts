/** A bounded number of slots for concurrent requests. */
export interface Slots {
  readonly free: number
  /** Takes a slot if one is free. */
  tryTake(): boolean
  /** Waits for a slot, in order; false: the signal was aborted before. */
  take(signal: AbortSignal): Promise<boolean>
  release(): void
}

export const createSlots = (limit: number): Slots => {
  let free = limit
  const waiting = new Set<() => void>()

  const tryTake = (): boolean => {
    if (free === 0) return false
    free -= 1
    return true
  }
  /** The slot passes to the first that waits. */
  const release = (): void => {
    const [next] = waiting
    if (next === undefined) free += 1
    else next()
  }
  const wait = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const end = (isTaken: boolean) => () => {
        waiting.delete(onSlot)
        signal.removeEventListener('abort', onAbort)
        resolve(isTaken)
      }
      const onSlot = end(true)
      const onAbort = end(false)
      waiting.add(onSlot)
      signal.addEventListener('abort', onAbort)
    })

  return {
    get free() {
      return free
    },
    tryTake,
    take: async (signal) => {
      if (signal.aborted) return false
      return tryTake() || (await wait(signal))
    },
    release,
  }
}
