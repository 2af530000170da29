import { Worker } from 'node:worker_threads'
import { nowMs } from './load-context.ts'

/** `startsAt` in milliseconds of the clock below. */
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

const entry = new URL('./due-times-thread.ts', import.meta.url)

/** The thread starts within this time. */
const leadMs = 200

/**
 * Calls `send` once for each message, at its own due time, evenly spaced.
 * A thread waits for each due time, because timers of the event loop fire at
 * whole milliseconds only and would send several messages in one burst.
 * Open loop: a message that is late is sent at once and keeps its due time.
 */
export const sendAtDueTimes = async (perSecond: number, count: number, send: (dueMs: number) => void): Promise<void> => {
  const times: DueTimes = { startsAt: sharedMs() + leadMs, perSecond, count }
  const startMs = nowMs() + leadMs
  const thread = new Worker(entry, { workerData: times })
  const done = Promise.withResolvers<void>()
  let sent = 0
  thread.on('message', () => {
    const due = dueCount(times)
    for (; sent < due; sent += 1) send(startMs + (sent * 1_000) / perSecond)
    if (sent === count) done.resolve()
  })
  thread.on('error', done.reject)
  await done.promise
  await thread.terminate()
}
