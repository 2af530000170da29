/** The traffic of others on the command log. */
export interface Traffic {
  /** Commands that others have published since the last reading. */
  readonly commands: number
  /** Commands in the log that the writers have not acknowledged, read while the import has none on its way. */
  readonly lag: number
}

/** The size of the next group of lines, and the rest after a group. */
export interface Pace {
  readonly lines: number
  /** Notes that a group of this many lines took this long, from its publishing to its last stored outcome. Returns the rest, in milliseconds. */
  note(lines: number, tookMs: number): number
  noteTraffic(traffic: Traffic): void
}

/** The least number of lines, so that the import makes progress on a busy service too. */
const fewest = 10
const most = 2_000
const growth = 1.1
const reduction = 0.7

/** The longest time of a group, without and with traffic of others. */
const aloneMs = 250
const sharedMs = 15
/** The writers are behind: they get more time than the import. */
const longLag = 500
const restRuns = { alone: 0, shared: 3, behind: 10 } as const

/**
 * Only one group is on its way, so a command of others waits in the command log behind one group at most. While others
 * publish commands, groups are short, and the import rests three times as long as a group took, so that it leaves them
 * time of the processors.
 */
export const createPace = (): Pace => {
  let lines = fewest
  let mode: keyof typeof restRuns = 'alone'
  return {
    get lines() {
      return Math.round(lines)
    },
    note: (count, tookMs) => {
      const longestMs = mode === 'alone' ? aloneMs : sharedMs
      if (tookMs > longestMs) lines = Math.max(fewest, lines * reduction)
      // A smaller group than permitted says nothing about larger ones.
      else if (count >= Math.round(lines)) lines = Math.min(most, lines * growth)
      return tookMs * restRuns[mode]
    },
    noteTraffic: ({ commands, lag }) => {
      const before = mode
      if (lag > longLag) mode = 'behind'
      else mode = commands > 0 ? 'shared' : 'alone'
      if (before === 'alone' && mode !== 'alone') lines = fewest
    },
  }
}
