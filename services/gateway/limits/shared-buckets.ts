import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { Charge, Rate, RateLimitStore } from '../../../shared/ports/rate-limit-store.ts'
import type { TokenBucket } from './token-bucket.ts'
import { tokenBucket } from './token-bucket.ts'

/** Part of a burst that is spent here before the others are told. */
const untold = 1 / 20
/** Between two tellings, so that many spendings are one. */
const pauseMs = 50
const sweepMs = 60_000

interface Held {
  readonly rate: Rate
  readonly bucket: TokenBucket
  holders: number
  unreported: number
  blockedUntilMs: number
}

/** A bucket that is shared with the other gateways, held by one who draws on it. */
export interface BucketHold {
  /** Takes, or says how many milliseconds to wait. A negative cost gives back. */
  take(cost: number): number | undefined
  release(): void
}

/**
 * Buckets of users, addresses and rooms.
 *
 * Promises:  nobody waits for the others' word: what is here decides at once,
 *            and what was spent here is told to them soon. Over all gateways
 *            a bucket is overdrawn by one burst for each at the most, and
 *            that is paid back before anything else is granted. While the
 *            others cannot be told, each gateway grants its own share.
 * Does not:  forget what was spent when its holder goes.
 */
export interface SharedBuckets {
  hold(key: string, rate: Rate): BucketHold
  /** Takes from a bucket without holding it; it is kept until it is full again. */
  take(key: string, rate: Rate, cost: number): number | undefined
  /** Gateways that share the buckets, this one included. */
  readonly gateways: number
  readonly size: number
  /** Idempotent. */
  stop(): void
}

/** `allowances`: undefined where there are no other gateways. */
export const createSharedBuckets = (rateLimitStore: RateLimitStore | undefined, clock: Clock): SharedBuckets => {
  const buckets = new Map<string, Held>()
  const toTell = new Set<string>()
  let isAlone = false
  let isTelling = false
  let sweep: Timer | undefined

  const gateways = (): number => Math.max(1, rateLimitStore?.gateways ?? 1)
  const share = (): number => (isAlone ? 1 / gateways() : 1)

  const gather = (): Charge[] => {
    const spendings: Charge[] = []
    for (const key of toTell) {
      const held = buckets.get(key)
      if (held === undefined || held.unreported === 0) continue
      spendings.push({ key, cost: held.unreported, rate: held.rate })
      held.unreported = 0
    }
    toTell.clear()
    return spendings
  }

  const hear = (spendings: readonly Charge[], waits: readonly number[]): void => {
    const now = clock.monotonicMs()
    for (const [index, { key }] of spendings.entries()) {
      const held = buckets.get(key)
      if (held !== undefined) held.blockedUntilMs = now + (waits[index] ?? 0)
    }
  }

  const tell = async (to: RateLimitStore): Promise<void> => {
    const spendings = gather()
    try {
      hear(spendings, await to.spend(spendings))
      isAlone = false
    } catch {
      // What was spent meanwhile is not told later: the own share was all that was granted.
      isAlone = true
    }
    clock.after(pauseMs, () => {
      isTelling = false
      tellSoon()
    })
  }
  const tellSoon = (): void => {
    if (rateLimitStore === undefined || isTelling || toTell.size === 0) return
    isTelling = true
    void tell(rateLimitStore)
  }

  const forgetFull = (): void => {
    const now = clock.monotonicMs()
    for (const [key, held] of buckets) {
      if (held.holders === 0 && held.blockedUntilMs <= now && held.bucket.isFull) buckets.delete(key)
    }
    sweep = buckets.size === 0 ? undefined : clock.after(sweepMs, forgetFull)
  }

  const find = (key: string, rate: Rate): Held => {
    const found = buckets.get(key)
    if (found !== undefined) return found
    const held = { rate, bucket: tokenBucket(rate, clock), holders: 0, unreported: 0, blockedUntilMs: 0 }
    buckets.set(key, held)
    sweep ??= clock.after(sweepMs, forgetFull)
    return held
  }

  const take = (key: string, held: Held, cost: number): number | undefined => {
    const owedMs = held.blockedUntilMs - clock.monotonicMs()
    if (owedMs > 0) return Math.ceil(owedMs)
    const waitMs = held.bucket.take(cost, share())
    if (waitMs !== undefined) return waitMs
    held.unreported += cost
    if (Math.abs(held.unreported) < held.rate.burst * untold) return undefined
    toTell.add(key)
    tellSoon()
    return undefined
  }

  return {
    hold: (key, rate) => {
      const held = find(key, rate)
      held.holders += 1
      let isHeld = true
      return {
        take: (cost) => take(key, held, cost),
        release: () => {
          if (isHeld) held.holders -= 1
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
