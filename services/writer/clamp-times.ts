import type { Entry } from './read-record.ts'

/** Clocks that are kept in step still differ by less than this. */
const toleranceMs = 1_000

export interface ClampedTimes {
  readonly entries: readonly Entry[]
  /** How many commands had a later time than allowed. */
  readonly clamped: number
}

/**
 * Bounds the time of each command by the writer's clock. A room's time never
 * decreases, so one command of a gateway whose clock is ahead would set the
 * `created_at` of everything after it to the same future instant.
 */
export const clampTimes = (entries: readonly Entry[], nowMs: number): ClampedTimes => {
  const latest = new Date(nowMs + toleranceMs).toISOString()
  const isAhead = ({ command }: Entry): boolean => command.at > latest
  if (!entries.some(isAhead)) return { entries, clamped: 0 }
  return {
    entries: entries.map((entry) => (isAhead(entry) ? { ...entry, command: { ...entry.command, at: latest } } : entry)),
    clamped: entries.filter(isAhead).length,
  }
}
