import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { SessionSlot } from '../limits/session-counts.ts'
import type { Authenticate, Principal } from './auth.ts'

/** The principal, the rate limiter and the session slot of one admitted socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens of later `refresh` requests. */
  readonly authenticate: Authenticate
  readonly rateLimiter: RateLimiter
  readonly slot: SessionSlot
}
