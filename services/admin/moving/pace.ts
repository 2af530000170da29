/** The number of lines to publish together. */
export interface Pace {
  readonly lines: number
  /** Notes that a group of this many lines took this long, from its publishing to its last stored outcome. */
  note(lines: number, tookMs: number): void
}

/** The least number of lines, so that the import makes progress on a busy service too. */
const fewest = 20
const most = 2_000
const growth = 1.1
const reduction = 0.7

/**
 * Keeps the time of a group near `targetMs`. Only one group is on its way, so a command of a client waits in the command log
 * behind one group at most.
 */
export const createPace = (targetMs: number): Pace => {
  let lines = fewest
  return {
    get lines() {
      return Math.round(lines)
    },
    note: (count, tookMs) => {
      if (tookMs > targetMs) lines = Math.max(fewest, lines * reduction)
      // A smaller group than permitted says nothing about larger ones.
      else if (count >= Math.round(lines)) lines = Math.min(most, lines * growth)
    },
  }
}
