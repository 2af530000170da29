import type { Clock } from '../../../shared/ports/clock.ts'
import type { Rate } from '../../../shared/ports/rate-limit-store.ts'

/** A bucket of tokens that refills at a constant rate. A class, because a session has several. */
export class TokenBucket {
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

  /**
   * Takes tokens, or returns how many milliseconds to wait. A negative cost gives tokens back. A cost above the burst is
   * charged as the burst. `share`: the part of rate and burst that may be used.
   */
  take(cost: number, share = 1): number | undefined {
    const { perMinute, burst } = this.rate
    this.fill(share)
    const price = Math.min(cost, burst * share)
    if (price <= this.level) {
      this.level -= price
      return undefined
    }
    // Without the tolerance, a rounding error would add a millisecond.
    return Math.ceil(((price - this.level) * 60_000) / (perMinute * share) - 1e-6)
  }

  private fill(share: number): void {
    const { perMinute, burst } = this.rate
    const now = this.clock.monotonicMs()
    this.level = Math.min(burst * share, this.level + ((now - this.atMs) * perMinute * share) / 60_000)
    this.atMs = now
  }
}
