/** Every span of time that the client keeps to, in milliseconds. */
export interface ClientTimes {
  /** From the start of a connection until its user is bound; else it is given up. */
  readonly connectMs: number
  /** After this long without a frame, a `ping` is sent. */
  readonly silenceMs: number
  /** Nothing after the `ping` for this long: a new connection. */
  readonly pongMs: number
  /** The back-off of connections and of refused requests: at random up to first · 2ⁿ, … */
  readonly backoffFirstMs: number
  /** … and never longer than this. */
  readonly backoffMostMs: number
  /** A connection that lasted this long was a good one: the back-off starts from the beginning. */
  readonly stableMs: number
  /** How long before its end a token is refreshed (half its life, if that is shorter). */
  readonly refreshBeforeMs: number
}

export const clientTimes: ClientTimes = Object.freeze({
  connectMs: 15_000,
  silenceMs: 25_000,
  pongMs: 10_000,
  backoffFirstMs: 500,
  backoffMostMs: 30_000,
  stableMs: 10_000,
  refreshBeforeMs: 60_000,
})

/** Full jitter: at random between nothing and a ceiling that doubles with each attempt, so that a crowd spreads. */
export const backoffMs = (times: ClientTimes, random: () => number, attempt: number): number =>
  random() * Math.min(times.backoffMostMs, times.backoffFirstMs * 2 ** attempt)
