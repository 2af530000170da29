import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { Charge, Rate, RateLimitStore } from '../../../shared/ports/rate-limit-store.ts'
import { TokenBucket } from './token-bucket.ts'

/** The part of a burst that this gateway spends before it reports the charge to the other gateways. */
const unreportedPart = 1 / 20
/** The pause between two reports, so that one report covers many charges. */
const pauseMs = 50
const sweepMs = 60_000

interface BucketEntry {
  readonly rate: Rate
  readonly bucket: TokenBucket
  holders: number
  unreported: number
  blockedUntilMs: number
}

/** A shared bucket that one session uses. */
export interface BucketHold {
  /** Takes tokens, or returns how many milliseconds to wait. A negative cost gives tokens back. */
  take(cost: number): number | undefined
  release(): void
}

/**
 * Buckets of users, addresses and rooms that all gateways share.
 *
 * Promises:  a decision waits for no other gateway: the local bucket decides at
 *            once, and charges are reported soon. Over all gateways, a bucket
 *            is overdrawn by at most one burst per gateway, and the debt is
 *            paid back before anything else is granted. While the store of
 *            charges is unavailable, each gateway grants its own share.
 * Does not:  forget charges when the session that made them ends.
 */
export interface SharedBuckets {
  hold(key: string, rate: Rate): BucketHold
  /** Takes from a bucket without holding it. The bucket is kept until it is full again. */
  take(key: string, rate: Rate, cost: number): number | undefined
  /** The number of gateways that share the buckets, including this one. */
  readonly gateways: number
  readonly size: number
  /** Idempotent. */
  stop(): void
}

/** `rateLimitStore`: undefined if there is only one gateway. */
export const createSharedBuckets = (rateLimitStore: RateLimitStore | undefined, clock: Clock): SharedBuckets => {
  const buckets = new Map<string, BucketEntry>()
  const toReport = new Set<string>()
  let isAlone = false
  let isReporting = false
  let sweep: Timer | undefined

  const gateways = (): number => Math.max(1, rateLimitStore?.gateways ?? 1)
  const share = (): number => (isAlone ? 1 / gateways() : 1)

  const collect = (): Charge[] => {
    const charges: Charge[] = []
    for (const key of toReport) {
      const entry = buckets.get(key)
      if (entry === undefined || entry.unreported === 0) continue
      charges.push({ key, cost: entry.unreported, rate: entry.rate })
      entry.unreported = 0
    }
    toReport.clear()
    return charges
  }

  const receive = (charges: readonly Charge[], waits: readonly number[]): void => {
    const now = clock.monotonicMs()
    for (const [index, { key }] of charges.entries()) {
      const entry = buckets.get(key)
      if (entry !== undefined) entry.blockedUntilMs = now + (waits[index] ?? 0)
    }
  }

  const report = async (to: RateLimitStore): Promise<void> => {
    const charges = collect()
    try {
      receive(charges, await to.spend(charges))
      isAlone = false
    } catch {
      // Charges that could not be reported are dropped, because from now on this gateway grants only its own share.
      isAlone = true
    }
    clock.after(pauseMs, () => {
      isReporting = false
      reportSoon()
    })
  }
  const reportSoon = (): void => {
    if (rateLimitStore === undefined || isReporting || toReport.size === 0) return
    isReporting = true
    void report(rateLimitStore)
  }

  const forgetFull = (): void => {
    const now = clock.monotonicMs()
    for (const [key, entry] of buckets) {
      if (entry.holders === 0 && entry.blockedUntilMs <= now && entry.bucket.isFull) buckets.delete(key)
    }
    sweep = buckets.size === 0 ? undefined : clock.after(sweepMs, forgetFull)
  }

  const find = (key: string, rate: Rate): BucketEntry => {
    const found = buckets.get(key)
    if (found !== undefined) return found
    const entry = { rate, bucket: new TokenBucket(rate, clock), holders: 0, unreported: 0, blockedUntilMs: 0 }
    buckets.set(key, entry)
    sweep ??= clock.after(sweepMs, forgetFull)
    return entry
  }

  const take = (key: string, entry: BucketEntry, cost: number): number | undefined => {
    const owedMs = entry.blockedUntilMs - clock.monotonicMs()
    if (owedMs > 0) return Math.ceil(owedMs)
    const waitMs = entry.bucket.take(cost, share())
    if (waitMs !== undefined) return waitMs
    entry.unreported += cost
    if (Math.abs(entry.unreported) < entry.rate.burst * unreportedPart) return undefined
    toReport.add(key)
    reportSoon()
    return undefined
  }

  return {
    hold: (key, rate) => {
      const entry = find(key, rate)
      entry.holders += 1
      let isHeld = true
      return {
        take: (cost) => take(key, entry, cost),
        release: () => {
          if (isHeld) entry.holders -= 1
          isHeld = false
        },
      }
    },
    take: (key, rate, cost) => take(key, find(key, rate), cost),
    get gateways() {
      return gateways()
    },
    get size() {
      return buckets.size
    },
    stop: () => sweep?.cancel(),
  }
}
