import type { FanOut, FanOutState, Publication } from '../../../shared/ports/fan-out.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Weather {
  /** Probabilities per item and listener. */
  readonly loss: number
  readonly repetition: number
  /** The longest way from publisher to listener; unequal ways reorder. */
  readonly delayMs: number
}

export interface FaultyFanOut extends FanOut {
  /** Hears nothing and publishes nothing until `restore`. */
  fail(): void
  restore(): void
}

export interface FanOutNetwork {
  /** One process's view. */
  open(): FaultyFanOut
  /** From now on. */
  calm(): void
}

/** Pub/sub that loses, repeats, delays and reorders, as its port allows and more. */
export const faultyFanOutNetwork = (clock: VirtualClock, random: Random, weather: Weather): FanOutNetwork => {
  let now = weather
  const listeners = new Map<string, Set<(payload: Buffer) => void>>()

  const deliver = (payload: Buffer, listener: (payload: Buffer) => void, isThere: () => boolean): void => {
    if (random.chance(now.loss)) return
    const copies = random.chance(now.repetition) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      clock.after(1 + random.next() * now.delayMs, () => {
        if (isThere()) listener(payload)
      })
    }
  }

  const open = (): FaultyFanOut => {
    let state: FanOutState = 'up'
    const restored = new Set<() => void>()
    return {
      get state() {
        return state
      },
      publish: async (items: readonly Publication[]) => {
        if (state === 'down') throw new Error('the fan-out is down')
        for (const { topic, payload } of items) {
          const bytes = Buffer.from(payload)
          for (const listener of listeners.get(topic) ?? [])
            deliver(bytes, listener, () => listeners.get(topic)?.has(listener) ?? false)
        }
      },
      subscribe: (topic, hear) => {
        const topicListeners = listeners.get(topic) ?? new Set()
        listeners.set(topic, topicListeners)
        const listener = (payload: Buffer): void => {
          if (state === 'up') hear(payload)
        }
        const ready = clock.sleep(random.next() * now.delayMs).then(() => {
          topicListeners.add(listener)
        })
        let isClosed = false
        return {
          ready: ready.then(() => {
            if (isClosed) topicListeners.delete(listener)
          }),
          close: () => {
            isClosed = true
            topicListeners.delete(listener)
          },
        }
      },
      onRestored: (listener) => {
        restored.add(listener)
        return () => restored.delete(listener)
      },
      fail: () => {
        state = 'down'
      },
      restore: () => {
        state = 'up'
        for (const listener of restored) listener()
      },
      close: async () => undefined,
    }
  }
  return {
    open,
    calm: () => {
      now = { loss: 0, repetition: 0, delayMs: weather.delayMs }
    },
  }
}
