import type { Schedule } from './schedule.ts'
import { steadySchedule } from './schedule.ts'

/**
 * Calls `send` at the given rate with the intended time of each call. Open loop:
 * late calls are made at once and keep their intended time, so that a stall of
 * the sender or of the service is part of each latency that it causes (no
 * coordinated omission).
 */
export interface Pace {
  /** Resolves when all calls were made, or after `stop`. */
  readonly done: Promise<void>
  stop(): void
}

export interface PaceOptions {
  readonly perSecond: number
  readonly count: number
  readonly now: () => number
  readonly send: (intendedMs: number) => void
}

export type ScheduledPaceOptions = Pick<PaceOptions, 'now' | 'send'> & { readonly schedule: Schedule }

const tickMs = 2

/** The same with the times of a schedule, in which the rate may change. */
export const startScheduledPace = ({ schedule, now, send }: ScheduledPaceOptions): Pace => {
  const startMs = now()
  const done = Promise.withResolvers<void>()
  let sent = 0
  let isStopped = false

  const tick = (): void => {
    const due = isStopped ? sent : schedule.dueBy(now() - startMs)
    for (; sent < due; sent += 1) send(startMs + schedule.dueAt(sent))
    if (isStopped || sent >= schedule.count) done.resolve()
    else setTimeout(tick, tickMs)
  }

  tick()
  return {
    done: done.promise,
    stop: () => {
      isStopped = true
    },
  }
}

export const startPace = ({ perSecond, count, now, send }: PaceOptions): Pace =>
  startScheduledPace({ schedule: steadySchedule(perSecond, count), now, send })
