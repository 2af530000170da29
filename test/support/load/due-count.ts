import type { Schedule, SchedulePlan } from './schedule.ts'

/** `startsAt` in milliseconds of `sharedMs`. */
export interface DueTimes {
  readonly startsAt: number
  readonly plan: SchedulePlan
}

/** A clock that all threads of a process share; `performance.now()` starts at 0 in each. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** The number of messages that are due. */
export const dueCount = (schedule: Schedule, startsAt: number): number => Math.max(0, schedule.dueBy(sharedMs() - startsAt))
