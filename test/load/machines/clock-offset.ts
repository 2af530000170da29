/** The difference between two clocks, in milliseconds. */
export interface ClockOffset {
  /** Added to the own clock, it gives the other one. */
  readonly offsetMs: number
  /** The largest possible error of the offset. */
  readonly errorMs: number
}

/** One question for the time of the other clock. */
export interface ClockReading {
  /** By the own clock. */
  readonly askedAtMs: number
  readonly answeredAtMs: number
  /** By the other clock, between the two. */
  readonly otherMs: number
}

/**
 * The offset from the quickest answer: the other clock was read at some time between question and
 * answer, so that half of this time is the largest error, whatever the two ways took.
 */
export const clockOffset = (readings: readonly ClockReading[]): ClockOffset => {
  const [quickest] = readings.toSorted((a, b) => a.answeredAtMs - a.askedAtMs - (b.answeredAtMs - b.askedAtMs))
  if (quickest === undefined) throw new Error('no reading of the other clock')
  const { askedAtMs, answeredAtMs, otherMs } = quickest
  return { offsetMs: otherMs - (askedAtMs + answeredAtMs) / 2, errorMs: (answeredAtMs - askedAtMs) / 2 }
}

/** The offset of a whole run, of which the first value was used: the clocks may have drifted until the second. */
export const offsetOfRun = (first: ClockOffset, last: ClockOffset): ClockOffset => ({
  offsetMs: first.offsetMs,
  errorMs: Math.max(first.errorMs, last.errorMs) + Math.abs(last.offsetMs - first.offsetMs),
})
