/** A running timer. Cancelling it twice, or after it fired, does nothing. */
export interface ClientTimer {
  cancel(): void
}

/** The time, injected for tests. */
export interface ClientClock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Milliseconds since an arbitrary moment; never decreases. For durations. */
  monotonicMs(): number
  /** Runs `callback` once, at least `delayMs` from now, never inside the call that set it. */
  after(delayMs: number, callback: () => void): ClientTimer
}

/** Real time. A running timer keeps a Node process alive, as an open socket does. */
export const realClock: ClientClock = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
