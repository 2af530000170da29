import type { Order, Reply } from './worker-messages.ts'

/** A process that executes orders, on this machine or on another one. */
export interface Worker extends AsyncDisposable {
  /** The result of the order; rejects if it failed, or if the worker has ended. */
  perform(order: Order): Promise<unknown>
}

/** Orders without a reply. */
export interface PendingOrders {
  /** The number of the order, and its result. */
  add(): readonly [number: number, result: Promise<unknown>]
  settle(reply: Reply): void
  /** Rejects all of them; later orders too. */
  end(error: Error): void
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export const createPendingOrders = (): PendingOrders => {
  const waiting = new Map<number, Waiting>()
  let orders = 0
  let ended: Error | undefined
  return {
    add: () => {
      orders += 1
      const { promise, ...callbacks } = Promise.withResolvers<unknown>()
      if (ended === undefined) waiting.set(orders, callbacks)
      else callbacks.reject(ended)
      return [orders, promise]
    },
    settle: (reply) => {
      const order = waiting.get(reply.number)
      waiting.delete(reply.number)
      if ('error' in reply) order?.reject(new Error(reply.error))
      else order?.resolve(reply.result)
    },
    end: (error) => {
      ended = error
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    },
  }
}
