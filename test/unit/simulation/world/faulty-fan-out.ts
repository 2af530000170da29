import type { FanOut, FanOutState, Publication } from '../../../../shared/ports/fan-out.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'

export interface NetworkFaults {
  /** Probabilities per item and listener. */
  readonly loss: number
  readonly repetition: number
  /** The longest delay from publisher to listener; unequal delays reorder items. */
  readonly delayMs: number
  /** Items of one process on one channel arrive in order, as the port promises. */
  readonly isOrdered?: boolean
}

export interface FaultyFanOut extends FanOut {
  /** Neither receives nor publishes, and reports no failure. */
  hang(): void
  /** Neither receives nor publishes until `restore`, and reports `down`. */
  fail(): void
  /** Does nothing if it works. */
  restore(): void
}

export interface FanOutNetwork {
  /** The fan-out of one process. */
  open(): FaultyFanOut
  /** No more faults from now on. */
  calm(): void
}

/** A few items have a much longer delay. */
const lateMs = 800
/** How long a publish waits for a server that does not answer. */
const unansweredMs = 300
/** An item arrives at most so long after `publish` was called. */
export const longestDelayMs = unansweredMs + 1 + lateMs

/** Pub/sub that loses, repeats, delays and reorders items, as its port allows, and more. */
export const faultyFanOutNetwork = (clock: VirtualClock, random: Random, faults: NetworkFaults): FanOutNetwork => {
  let now = faults
  const listeners = new Map<string, Set<(payload: Buffer) => void>>()
  /** Whether the process of a listener is connected; processes are told apart by this function. */
  const processOf = new Map<(payload: Buffer) => void, () => boolean>()

  /** The arrival time of the last item, by listener. */
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
    const isConnected = (): boolean => state === 'up' && !isHung
    return {
      get state() {
        return state
      },
      publish: async (items) => {
        if (isHung) await clock.sleep(unansweredMs)
        if (isHung || state === 'down') throw new Error('the fan-out is down')
        publishAll(items)
      },
      subscribe: (topic, hear) => {
        const channelListeners = listeners.get(topic) ?? new Set()
        listeners.set(topic, channelListeners)
        const listener = (payload: Buffer): void => {
          if (state === 'up' && !isHung) hear(payload)
        }
        processOf.set(listener, isConnected)
        let isClosed = false
        const ready = clock.sleep(random.next() * now.delayMs).then(() => {
          if (!isClosed) channelListeners.add(listener)
        })
        return {
          ready,
          close: () => {
            isClosed = true
            channelListeners.delete(listener)
            processOf.delete(listener)
          },
        }
      },
      listeners: async (topics) => {
        await clock.sleep(isHung ? unansweredMs : 1 + random.next() * now.delayMs)
        if (!isConnected()) throw new Error('the fan-out is down')
        return topics.map((topic) => {
          const processes = new Set([...(listeners.get(topic) ?? [])].map((listener) => processOf.get(listener)))
          return [...processes].filter((isUp) => isUp?.() === true).length
        })
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
      now = { ...faults, loss: 0, repetition: 0 }
    },
  }
}
