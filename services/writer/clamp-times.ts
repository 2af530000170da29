import type { CommandEntry } from './read-record.ts'

/** Synchronised clocks differ by less than this. */
const toleranceMs = 1_000

/** The entries with limited times, in the same order. */
export interface ClampedTimes {
  readonly entries: readonly CommandEntry[]
  /** The number of commands whose time was reduced. */
  readonly clamped: number
}

/**
 * Limits the time of each command to a second after the writer's clock. A room's time never
 * decreases, so a single command from a gateway with a fast clock would give
 * every later event of the room the same future `created_at`.
 */
export const clampTimes = (entries: readonly CommandEntry[], nowMs: number): ClampedTimes => {
  const latest = new Date(nowMs + toleranceMs).toISOString()
  const isAhead = ({ command }: CommandEntry): boolean => command.at > latest
  if (!entries.some(isAhead)) return { entries, clamped: 0 }
  return {
    entries: entries.map((entry) => (isAhead(entry) ? { ...entry, command: { ...entry.command, at: latest } } : entry)),
    clamped: entries.filter(isAhead).length,
  }
}
