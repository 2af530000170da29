/** Tasks without a result, by number. */
export interface PendingTasks {
  /** The number of a new task, and its result. */
  add(): readonly [number: number, result: Promise<unknown>]
  resolve(number: number, result: unknown): void
  reject(number: number, error: Error): void
  /** Rejects all of them; later tasks too. */
  end(error: Error): void
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export const createPendingTasks = (): PendingTasks => {
  const waiting = new Map<number, Waiting>()
  let tasks = 0
  let ended: Error | undefined
  const take = (number: number): Waiting | undefined => {
    const task = waiting.get(number)
    waiting.delete(number)
    return task
  }
  return {
    add: () => {
      tasks += 1
      const { promise, ...callbacks } = Promise.withResolvers<unknown>()
      if (ended === undefined) waiting.set(tasks, callbacks)
      else callbacks.reject(ended)
      return [tasks, promise]
    },
    resolve: (number, result) => take(number)?.resolve(result),
    reject: (number, error) => take(number)?.reject(error),
    end: (error) => {
      ended = error
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    },
  }
}
