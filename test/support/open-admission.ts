import type { Admission } from '../../services/gateway/admission/admission.ts'
import { acceptAll, openAccess } from '../../services/gateway/admission/auth.ts'
import type { RateLimiter } from '../../services/gateway/limits/rate-limiter.ts'

const unlimited: RateLimiter = {
  frame: () => undefined,
  request: () => undefined,
  nonMember: () => undefined,
  room: () => undefined,
  upload: () => undefined,
  mayErr: () => true,
  mayPing: () => true,
  release: () => undefined,
}

/** An admission without limits: authentication is off, and no counter is charged. */
export const openAdmission: Admission = {
  principal: openAccess,
  authenticate: acceptAll,
  rateLimiter: unlimited,
  slot: { bound: () => undefined, leave: () => undefined },
}
