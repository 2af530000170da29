/** A scheduled callback. To cancel it twice, or after it has run, has no effect. */
export interface Timer {
  cancel(): void
}

/**
 * Time, injected so that tests control it.
 *
 * Promises:  `monotonicMs` never decreases; callbacks run one at a time, never
 *            before their delay has passed, and never inside `after` itself.
 * Does not:  keep the process alive for a pending timer.
 */
export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  nowMs(): number
  /** Milliseconds since an arbitrary origin, with fractions. For durations. */
  monotonicMs(): number
  /** Runs `callback` once, at least `delayMs` from now; 0: in a later turn of the event loop. */
  after(delayMs: number, callback: () => void): Timer
}
