import type { Admission } from '../../services/gateway/admission/admission.ts'
import { openAccess, trustEverybody } from '../../services/gateway/admission/auth.ts'
import { boundless } from '../../services/gateway/limits/rate-limiter.ts'
import { nowhere } from '../../services/gateway/limits/session-counts.ts'

/** An admission without limits: authentication is off, and no counter is charged. */
export const openAdmission: Admission = {
  principal: openAccess,
  authenticate: trustEverybody,
  rateLimiter: boundless,
  place: nowhere,
}
