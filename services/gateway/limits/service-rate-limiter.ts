import type { Clock } from '../../../shared/ports/clock.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import type { LimitExceeded, RateLimiter, RoomRequest } from './rate-limiter.ts'
import { TokenBucket } from './token-bucket.ts'

/**
 * The limits of a service: errors and pings only, because its commands in
 * flight are bounded. Buckets are created on first use, because most sessions
 * make no errors.
 */
export class ServiceRateLimiter implements RateLimiter {
  protected readonly rates: Rates
  protected readonly clock: Clock
  private errors: TokenBucket | undefined = undefined
  private pings: TokenBucket | undefined = undefined

  constructor(rates: Rates, clock: Clock) {
    this.rates = rates
    this.clock = clock
  }

  frame(): LimitExceeded | undefined {
    return undefined
  }

  request(_request: Request, _frameBytes: number): LimitExceeded | undefined {
    return undefined
  }

  nonMember(): LimitExceeded | undefined {
    return undefined
  }

  room(_request: RoomRequest, _frameBytes: number, _sockets: number): LimitExceeded | undefined {
    return undefined
  }

  upload(_bytes: number): LimitExceeded | undefined {
    return undefined
  }

  mayErr(): boolean {
    const { sessionErrorsPerMinute: perMinute, sessionErrorsBurst: burst } = this.rates
    this.errors ??= new TokenBucket({ perMinute, burst }, this.clock)
    return this.errors.take(1) === undefined
  }

  mayPing(): boolean {
    const { sessionPingsPerMinute: perMinute, sessionPingsBurst: burst } = this.rates
    this.pings ??= new TokenBucket({ perMinute, burst }, this.clock)
    return this.pings.take(1) === undefined
  }

  release(): void {}
}
