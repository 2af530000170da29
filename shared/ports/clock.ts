/** A timer that has been set; cancelling it twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void
}

/**
 * Time, injected, so that tests own it.
 *
 * Promises:  `monotonicMs` never goes back; callbacks run one at a time, none
 *            before its time, and never inside the call that set them.
 * Does not:  keep the process alive for a timer that is only waiting.
 */
export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  nowMs(): number
  /** Milliseconds since some moment, with fractions. For durations. */
  monotonicMs(): number
  /** Runs `callback` once, at least `delayMs` from now; 0 means after what is under way. */
  after(delayMs: number, callback: () => void): Timer
}
