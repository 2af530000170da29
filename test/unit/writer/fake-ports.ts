import type { Clock } from '../../../shared/ports/clock.ts'
import type { EventStream, StreamRecord } from '../../../shared/ports/event-stream.ts'
import type { FanOut, Publication } from '../../../shared/ports/fan-out.ts'

/** Errors for the next calls, one per call; `undefined` lets a call succeed. */
export interface Faults {
  readonly next: (Error | undefined)[]
}

export const noFaults = (): Faults => ({ next: [] })

export const failing = (faults: Faults): void => {
  const error = faults.next.shift()
  if (error !== undefined) throw error
}

/** A clock that advances to the next timer at once, and records every delay in `waits`. */
export const instantClock = (waits: number[]): Clock => {
  let nowMs = Date.UTC(2025, 0, 1, 12, 0, 30)
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, callback) => {
      if (delayMs > 0) waits.push(delayMs)
      const turn = setImmediate(() => {
        nowMs += delayMs
        callback()
      })
      return { cancel: () => clearImmediate(turn) }
    },
  }
}

export const recordingFanOut = (publish: (items: readonly Publication[]) => void | Promise<void>): FanOut => ({
  publish: async (items) => publish(items),
  subscribe: () => ({ ready: Promise.resolve(), close: () => {} }),
  listeners: async (channels) => channels.map(() => 0),
  state: 'up',
  onRestored: () => () => {},
  close: async () => {},
})

export const recordingEventStream = (publish: (records: readonly StreamRecord[]) => void): EventStream => ({
  publish: async (records) => publish(records),
  close: async () => {},
})
