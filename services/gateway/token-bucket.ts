import type { Rate } from '../../shared/ports/allowances.ts'
import type { Clock } from '../../shared/ports/clock.ts'

export interface TokenBucket {
  /** Takes, or says how many milliseconds to wait. A negative cost gives back. What costs more than the whole bucket costs the whole bucket. */
  take(cost: number, share?: number): number | undefined
  /** Nothing has been taken that is not filled up again. */
  readonly isFull: boolean
}

/** `share`: the part of rate and burst that counts, while others may use the rest without our knowing. */
export const tokenBucket = ({ perMinute, burst }: Rate, clock: Pick<Clock, 'monotonicMs'>): TokenBucket => {
  let level = burst
  let atMs = clock.monotonicMs()

  const fill = (share: number): void => {
    const now = clock.monotonicMs()
    level = Math.min(burst * share, level + ((now - atMs) * perMinute * share) / 60_000)
    atMs = now
  }

  return {
    take: (cost, share = 1) => {
      fill(share)
      const price = Math.min(cost, burst * share)
      if (price <= level) {
        level -= price
        return undefined
      }
      // A millisecond more or less by rounding would be told as one more.
      return Math.ceil(((price - level) * 60_000) / (perMinute * share) - 1e-6)
    },
    get isFull() {
      fill(1)
      return level === burst
    },
  }
}
