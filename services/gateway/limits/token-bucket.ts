import type { Clock } from '../../../shared/ports/clock.ts'
import type { Rate } from '../../../shared/ports/rate-limit-store.ts'

export interface TokenBucket {
  /** Takes, or says how many milliseconds to wait. A negative cost gives back. What costs more than the whole bucket costs the whole bucket. */
  take(cost: number, share?: number): number | undefined
  /** Nothing has been taken that is not filled up again. */
  readonly isFull: boolean
}

/** A class for the sake of memory: a session has several. */
class LeakingBucket implements TokenBucket {
  private readonly rate: Rate
  private readonly clock: Pick<Clock, 'monotonicMs'>
  private level: number
  private atMs: number

  constructor(rate: Rate, clock: Pick<Clock, 'monotonicMs'>) {
    this.rate = rate
    this.clock = clock
    this.level = rate.burst
    this.atMs = clock.monotonicMs()
  }

  get isFull(): boolean {
    this.fill(1)
    return this.level === this.rate.burst
  }

  take(cost: number, share = 1): number | undefined {
    const { perMinute, burst } = this.rate
    this.fill(share)
    const price = Math.min(cost, burst * share)
    if (price <= this.level) {
      this.level -= price
      return undefined
    }
    // A millisecond more or less by rounding would be told as one more.
    return Math.ceil(((price - this.level) * 60_000) / (perMinute * share) - 1e-6)
  }

  private fill(share: number): void {
    const { perMinute, burst } = this.rate
    const now = this.clock.monotonicMs()
    this.level = Math.min(burst * share, this.level + ((now - this.atMs) * perMinute * share) / 60_000)
    this.atMs = now
  }
}

/** `share`: the part of rate and burst that counts, while others may use the rest without our knowing. */
export const tokenBucket = (rate: Rate, clock: Pick<Clock, 'monotonicMs'>): TokenBucket => new LeakingBucket(rate, clock)
