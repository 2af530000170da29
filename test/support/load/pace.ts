import { Worker } from 'node:worker_threads'
import { nowMs } from './load-context.ts'

/**
 * Calls `send` once for each message, at its own due time, evenly spaced. A
 * thread waits for each due time, because timers of the event loop fire at whole
 * milliseconds only and would send several messages in one burst.
 *
 * Open loop: a message that is late is sent at once and keeps its due time, so
 * that a stall of the sender or of the service is part of each latency that it
 * causes (no coordinated omission).
 */
export interface Pace {
  /** Resolves when all messages were sent, or after `stop`. */
  readonly done: Promise<void>
  stop(): void
}

export interface PaceOptions {
  readonly perSecond: number
  readonly count: number
  /** `dueMs` in milliseconds since the epoch. */
  readonly send: (dueMs: number) => void
}

/** `startsAt` in milliseconds of `sharedMs`. */
export interface DueTimes {
  readonly startsAt: number
  readonly perSecond: number
  readonly count: number
}

/** A clock that all threads of a process share; `performance.now()` starts at 0 in each. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** The number of messages that are due. */
export const dueCount = ({ startsAt, perSecond, count }: DueTimes): number =>
  Math.max(0, Math.min(count, Math.floor(((sharedMs() - startsAt) * perSecond) / 1_000) + 1))

const entry = new URL('./pace-thread.ts', import.meta.url)

/** The thread starts within this time. */
const leadMs = 200

export const startPace = ({ perSecond, count, send }: PaceOptions): Pace => {
  const times: DueTimes = { startsAt: sharedMs() + leadMs, perSecond, count }
  const startMs = nowMs() + leadMs
  const thread = new Worker(entry, { workerData: times })
  const ended = Promise.withResolvers<void>()
  let sent = 0
  let isStopped = false
  thread.on('message', () => {
    const due = isStopped ? sent : dueCount(times)
    for (; sent < due && !isStopped; sent += 1) send(startMs + (sent * 1_000) / perSecond)
    if (sent >= count) ended.resolve()
  })
  thread.on('error', ended.reject)
  return {
    done: ended.promise.finally(() => thread.terminate()),
    stop: () => {
      isStopped = true
      ended.resolve()
    },
  }
}
