import type { ErrorBody } from '../protocol/errors.ts'

/** All durations of the client, in milliseconds. */
export interface ClientTimes {
  /** From the start of a connection until its user is bound; a slower connection is given up. */
  readonly connectMs: number
  /** After this long without a frame, a `ping` is sent. */
  readonly silenceMs: number
  /** Without a frame for this long after the `ping`, a new connection is made. */
  readonly pongMs: number
  /** The back-off of connections and refused requests: a random time up to first · 2ⁿ, … */
  readonly backoffFirstMs: number
  /** … and at most this. */
  readonly backoffMostMs: number
  /** The least time before a request that exceeded a rate limit is repeated. The service closes a socket that exceeds one more often. */
  readonly rateLimitLeastMs: number
  /** After a connection that lasted this long, the back-off starts from the beginning. */
  readonly stableMs: number
  /** How long before it expires a token is refreshed (half its life, if that is shorter). */
  readonly refreshBeforeMs: number
  /** The least time between two refreshes, even if a clock is wrong. */
  readonly refreshLeastMs: number
  /** How long a read marker of a room waits for later ones, until it is sent. */
  readonly markReadMs: number
  /** The least time between two requests that report only that messages were delivered, in any rooms. */
  readonly markDeliveredMs: number
}

export const clientTimes: ClientTimes = Object.freeze({
  connectMs: 15_000,
  silenceMs: 25_000,
  pongMs: 10_000,
  backoffFirstMs: 500,
  backoffMostMs: 30_000,
  rateLimitLeastMs: 1_000,
  stableMs: 10_000,
  refreshBeforeMs: 60_000,
  refreshLeastMs: 5_000,
  markReadMs: 2_000,
  markDeliveredMs: 500,
})

/** Full jitter: a random time below a ceiling that doubles with each attempt, so that many clients spread out. */
export const backoffMs = (times: ClientTimes, random: () => number, attempt: number): number =>
  random() * Math.min(times.backoffMostMs, times.backoffFirstMs * 2 ** attempt)

/** How long a refused request waits until it is repeated. */
export const repeatDelayMs = (
  times: ClientTimes,
  random: () => number,
  attempt: number,
  { code, details, retry_after_ms: retryAfterMs }: ErrorBody,
): number => {
  // A service that is down names the same time to every client: the back-off grows beyond it, and spreads them out.
  const delayMs = Math.max(retryAfterMs ?? 0, backoffMs(times, random, attempt))
  return code === 'rate_limited' && details?.limit !== undefined ? Math.max(delayMs, times.rateLimitLeastMs) : delayMs
}
