import type { RateLimiter } from '../limits/rate-limiter.ts'
import { unlimited } from '../limits/rate-limiter.ts'
import type { SessionSlot } from '../limits/session-counts.ts'
import { uncountedSlot } from '../limits/session-counts.ts'
import type { Authenticate, Principal } from './auth.ts'
import { acceptAll, openAccess } from './auth.ts'

/** The rights of one admitted socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens of later `refresh` requests. */
  readonly authenticate: Authenticate
  readonly rateLimiter: RateLimiter
  readonly slot: SessionSlot
}

/** Admits without authentication, limits and counts. */
export const openAdmission: Admission = {
  principal: openAccess,
  authenticate: acceptAll,
  rateLimiter: unlimited,
  slot: uncountedSlot,
}
