import type { Clock } from '../../../shared/ports/clock.ts'
import type { Random } from '../../support/simulation/random.ts'

export interface VirtualClock extends Clock {
  /** Resolves after a virtual delay. */
  sleep(ms: number): Promise<void>
  /** Lets time pass, timer by timer, until this many virtual milliseconds are over. */
  run(forMs: number): Promise<void>
}

interface Due {
  readonly atMs: number
  /** Timers of one moment fire in an order that the seed decides. */
  readonly tie: number
  readonly callback: () => void
}

const isSooner = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie)

/** A binary heap of timers. */
const createQueue = () => {
  const heap: Due[] = []
  const swap = (a: number, b: number): void => {
    const kept = heap[a] as Due
    heap[a] = heap[b] as Due
    heap[b] = kept
  }
  const at = (index: number): Due => heap[index] as Due
  return {
    peek: (): Due | undefined => heap[0],
    push: (due: Due): void => {
      heap.push(due)
      for (let index = heap.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1
        if (!isSooner(at(index), at(parent))) return
        swap(index, parent)
        index = parent
      }
    },
    pop: (): Due | undefined => {
      const top = heap[0]
      const last = heap.pop()
      if (top === undefined || last === undefined || heap.length === 0) return top
      heap[0] = last
      for (let index = 0; ; ) {
        const left = 2 * index + 1
        const right = left + 1
        let least = index
        if (left < heap.length && isSooner(at(left), at(least))) least = left
        if (right < heap.length && isSooner(at(right), at(least))) least = right
        if (least === index) return top
        swap(index, least)
        index = least
      }
    },
  }
}

/** Resolves when all pending promises have run, so that only a timer can continue the work. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A clock that a test advances: no real time passes, and a seed decides every tie. */
export const virtualClock = (random: Random, startMs = Date.parse('2026-01-01T00:00:00.000Z')): VirtualClock => {
  const queue = createQueue()
  let nowMs = startMs

  const after: Clock['after'] = (delayMs, callback) => {
    let isCancelled = false
    queue.push({
      atMs: nowMs + Math.max(0, delayMs),
      tie: random.next(),
      callback: () => {
        if (!isCancelled) callback()
      },
    })
    return {
      cancel: () => {
        isCancelled = true
      },
    }
  }

  return {
    nowMs: () => Math.floor(nowMs),
    monotonicMs: () => nowMs,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    run: async (forMs) => {
      const endMs = nowMs + forMs
      await settle()
      for (let next = queue.peek(); next !== undefined && next.atMs <= endMs; next = queue.peek()) {
        queue.pop()
        nowMs = next.atMs
        next.callback()
        await settle()
      }
      nowMs = endMs
    },
  }
}
