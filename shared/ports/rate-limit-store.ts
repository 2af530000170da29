/** How fast a bucket fills, and how much it holds. */
export interface Rate {
  readonly perMinute: number
  readonly burst: number
}

/** What was taken out of one bucket. */
export interface Charge {
  readonly key: string
  readonly cost: number
  readonly rate: Rate
}

/**
 * Token buckets that all gateways share.
 *
 * Promises:  each spending is one step that nothing comes between. A bucket
 *            may be overdrawn, by as much as it holds at the most; what is
 *            owed is paid before anything else can be had.
 * Does not:  keep anybody from spending; it tells how long to wait. Keeps
 *            buckets no longer than they take to fill.
 * Blocks:    never for long: `spend` rejects at once while the store is known
 *            to be down, and within the request time-out otherwise.
 */
export interface RateLimitStore {
  /** Resolves, in the order of the items, with the milliseconds until the bucket is no longer overdrawn: 0 if it is not. */
  spend(items: readonly Charge[]): Promise<readonly number[]>
  /** How many gateways share the buckets, as last heard; 1 at least. */
  readonly gateways: number
  close(): Promise<void>
}
