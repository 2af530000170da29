import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Place } from '../limits/session-counts.ts'
import type { Authenticate, Principal } from './auth.ts'

/** What the door grants to one socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens that come later. */
  readonly authenticate: Authenticate
  readonly rateLimiter: RateLimiter
  readonly place: Place
}
