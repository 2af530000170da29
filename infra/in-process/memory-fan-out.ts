import type { Clock } from '../../shared/ports/clock.ts'
import type { FanOut, Publication } from '../../shared/ports/fan-out.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { channelListeners } from '../fan-out/channel-listeners.ts'

/** Options of the in-memory fan-out. */
export interface MemoryFanOutOptions {
  readonly log: Log
  /** Schedules deliveries; without it, they happen in the next turn of the event loop. */
  readonly clock?: Clock
}

interface PendingDelivery {
  readonly channel: string
  readonly payload: Buffer
}

/**
 * The fan-out inside one process; always `up`.
 *
 * Promises:  one order for all publishers, without loss or repetition; `publish`
 *            does not call listeners.
 * Does not:  reach other processes. Publications that are pending when it closes
 *            are dropped.
 */
export const memoryFanOut = ({ log, clock }: MemoryFanOutOptions): FanOut => {
  const listeners = channelListeners(log)
  let queue: PendingDelivery[] = []
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
    listeners: async (channels) => {
      if (isClosed) throw new Error('the fan-out is closed')
      return channels.map((channel) => (listeners.has(channel) ? 1 : 0))
    },
    onRestored: () => () => {},
    close: async () => {
      isClosed = true
    },
  }
}
