import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { SessionSlot } from '../limits/session-counts.ts'
import type { Authenticate, Principal } from './auth.ts'

/** The rights of one admitted socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens of later `refresh` requests. */
  readonly authenticate: Authenticate
  readonly rateLimiter: RateLimiter
  readonly slot: SessionSlot
}
