import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { DueTimes } from './due-count.ts'
import { dueCount, sharedMs } from './due-count.ts'
import { nowMs } from './load-context.ts'
import type { SchedulePlan } from './schedule.ts'
import { scheduleOf } from './schedule.ts'

/**
 * Calls `send` once for each message, at its own due time. A
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

export type PaceOptions = SchedulePlan & {
  /** The clock of the due times, in milliseconds since the epoch; the one of this machine by default. */
  readonly now?: () => number
  readonly send: (dueMs: number) => void
}

/** A packed program consists of JavaScript files. */
const entry = new URL(`./pace-thread${extname(import.meta.filename)}`, import.meta.url)

/** The thread starts within this time; the first message is not due before. */
export const paceLeadMs = 200

/** Without functions, which a thread cannot get. */
const planOf = (options: PaceOptions): SchedulePlan =>
  'stages' in options ? { start: options.start, stages: options.stages } : { perSecond: options.perSecond, count: options.count }

export const startPace = (options: PaceOptions): Pace => {
  const { now = nowMs, send } = options
  const plan = planOf(options)
  const schedule = scheduleOf(plan)
  const times: DueTimes = { startsAt: sharedMs() + paceLeadMs, plan }
  const startMs = now() + paceLeadMs
  const thread = new Worker(entry, { workerData: times })
  const ended = Promise.withResolvers<void>()
  let sent = 0
  let isStopped = false
  thread.on('message', () => {
    const due = isStopped ? sent : dueCount(schedule, times.startsAt)
    for (; sent < due && !isStopped; sent += 1) send(startMs + schedule.dueAt(sent))
    if (sent >= schedule.count) ended.resolve()
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
