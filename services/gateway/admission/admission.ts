import type { RateLimiter } from '../limits/rate-limiter.ts'
import { boundless } from '../limits/rate-limiter.ts'
import type { Place } from '../limits/session-counts.ts'
import { nowhere } from '../limits/session-counts.ts'
import type { Authenticate, Principal } from './auth.ts'
import { openAccess, trustEverybody } from './auth.ts'

/** What the door grants to one socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens that come later. */
  readonly authenticate: Authenticate
  readonly rateLimiter: RateLimiter
  readonly place: Place
}

/** Everything, for ever: authentication off, and nobody counts. */
export const openAdmission: Admission = {
  principal: openAccess,
  authenticate: trustEverybody,
  rateLimiter: boundless,
  place: nowhere,
}
