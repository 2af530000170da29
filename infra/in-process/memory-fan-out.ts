import type { Clock } from '../../shared/ports/clock.ts'
import type { FanOut, Publication } from '../../shared/ports/fan-out.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { channelListeners } from '../fan-out/channel-listeners.ts'

export interface MemoryFanOutOptions {
  readonly log: Log
  /** When a delivery is due; without it, in the next turn of the event loop. */
  readonly clock?: Clock
}

interface Delivery {
  readonly channel: string
  readonly payload: Buffer
}

/**
 * The fan-out inside one process: listeners, always up.
 *
 * Promises:  one order for all publishers; nothing is lost or repeated, and no
 *            listener is called inside `publish`.
 * Does not:  reach another process. What is not yet delivered when it closes
 *            is dropped.
 */
export const memoryFanOut = ({ log, clock }: MemoryFanOutOptions): FanOut => {
  const listeners = channelListeners(log)
  let queue: Delivery[] = []
  let isClosed = false

  const deliver = (): void => {
    const due = queue
    queue = []
    for (const { channel, payload } of due) if (!isClosed) listeners.deliver(channel, payload)
  }
  const schedule = (): void => {
    if (clock === undefined) setImmediate(deliver)
    else clock.after(0, deliver)
  }

  return {
    state: 'up',
    publish: async (items: readonly Publication[]) => {
      if (isClosed) throw new Error('the fan-out is closed')
      if (queue.length === 0 && items.length > 0) schedule()
      for (const { channel, payload } of items) queue.push({ channel, payload: Buffer.from(payload) })
    },
    subscribe: (channel, listener) => {
      const place = listeners.add(channel, listener)
      return { ready: Promise.resolve(), close: () => listeners.remove(place) }
    },
    onRestored: () => () => {},
    close: async () => {
      isClosed = true
    },
  }
}
