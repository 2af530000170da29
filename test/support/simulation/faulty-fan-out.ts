import type { FanOut, FanOutState, Publication } from '../../../shared/ports/fan-out.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Weather {
  /** Probabilities per item and listener. */
  readonly loss: number
  readonly repetition: number
  /** The longest way from publisher to listener; unequal ways reorder. */
  readonly delayMs: number
  /** What one process publishes to a topic arrives in its order, as the port promises. */
  readonly isOrdered?: boolean
}

export interface FaultyFanOut extends FanOut {
  /** Hears nothing and publishes nothing, and does not know it. */
  hang(): void
  /** Hears nothing and publishes nothing until `restore`, and knows it. */
  fail(): void
  /** Nothing happens if nothing was wrong. */
  restore(): void
}

export interface FanOutNetwork {
  /** One process's view. */
  open(): FaultyFanOut
  /** From now on. */
  calm(): void
}

/** A few items come much later than the rest. */
const lateMs = 800
/** How long a publish waits for a server that does not answer. */
const unansweredMs = 300

/** Pub/sub that loses, repeats, delays and reorders, as its port allows and more. */
export const faultyFanOutNetwork = (clock: VirtualClock, random: Random, weather: Weather): FanOutNetwork => {
  let now = weather
  const listeners = new Map<string, Set<(payload: Buffer) => void>>()

  /** When the last item for each listener arrives. */
  const lastAtMs = new Map<(payload: Buffer) => void, number>()
  const delayFor = (listener: (payload: Buffer) => void): number => {
    const mostMs = random.chance(0.03) ? lateMs : now.delayMs
    const delayMs = 1 + random.next() * mostMs
    if (now.isOrdered !== true) return delayMs
    const nowMs = clock.monotonicMs()
    const atMs = Math.max(nowMs + delayMs, (lastAtMs.get(listener) ?? 0) + 0.01)
    lastAtMs.set(listener, atMs)
    return atMs - nowMs
  }

  const deliver = (payload: Buffer, listener: (payload: Buffer) => void, isThere: () => boolean): void => {
    if (random.chance(now.loss)) return
    const copies = random.chance(now.repetition) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      clock.after(delayFor(listener), () => {
        if (isThere()) listener(payload)
      })
    }
  }
  const publishAll = (items: readonly Publication[]): void => {
    for (const { channel: topic, payload } of items) {
      const bytes = Buffer.from(payload)
      for (const listener of listeners.get(topic) ?? [])
        deliver(bytes, listener, () => listeners.get(topic)?.has(listener) ?? false)
    }
  }

  const open = (): FaultyFanOut => {
    let state: FanOutState = 'up'
    let isHung = false
    const restored = new Set<() => void>()
    return {
      get state() {
        return state
      },
      publish: async (items) => {
        if (isHung) await clock.sleep(unansweredMs)
        if (isHung || state === 'down') throw new Error('the fan-out is away')
        publishAll(items)
      },
      subscribe: (topic, hear) => {
        const channelListeners = listeners.get(topic) ?? new Set()
        listeners.set(topic, channelListeners)
        const listener = (payload: Buffer): void => {
          if (state === 'up' && !isHung) hear(payload)
        }
        let isClosed = false
        const ready = clock.sleep(random.next() * now.delayMs).then(() => {
          if (!isClosed) channelListeners.add(listener)
        })
        return {
          ready,
          close: () => {
            isClosed = true
            channelListeners.delete(listener)
          },
        }
      },
      onRestored: (listener) => {
        restored.add(listener)
        return () => restored.delete(listener)
      },
      hang: () => {
        isHung = true
      },
      fail: () => {
        state = 'down'
      },
      restore: () => {
        if (state === 'up' && !isHung) return
        state = 'up'
        isHung = false
        for (const listener of restored) listener()
      },
      close: async () => undefined,
    }
  }
  return {
    open,
    calm: () => {
      now = { ...weather, loss: 0, repetition: 0 }
    },
  }
}
