/** The refill rate and the capacity of a token bucket. */
export interface Rate {
  readonly perMinute: number
  readonly burst: number
}

/** An amount to take from one bucket. */
export interface Charge {
  readonly key: string
  readonly cost: number
  readonly rate: Rate
}

/**
 * Token buckets shared by all gateways.
 *
 * Promises:  each charge is atomic. A bucket may be overdrawn by at most its
 *            capacity; the debt is refilled before new tokens are available.
 * Does not:  refuse a charge; it returns how long to wait. Does not keep a
 *            bucket for longer than it takes to fill.
 * Blocks:    not for long: `spend` rejects at once while the store is down,
 *            and within the request time-out otherwise.
 */
export interface RateLimitStore {
  /** Resolves with the milliseconds until each bucket is no longer overdrawn, in the order of the items; 0: not overdrawn. */
  spend(items: readonly Charge[]): Promise<readonly number[]>
  /** Number of gateways that share the buckets, as last reported by the store; at least 1. */
  readonly gateways: number
  close(): Promise<void>
}
