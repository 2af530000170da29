import type { Admission } from '../../services/gateway/admission/admission.ts'
import { acceptAll, openAccess } from '../../services/gateway/admission/auth.ts'
import { unlimited } from '../../services/gateway/limits/rate-limiter.ts'
import { uncountedSlot } from '../../services/gateway/limits/session-counts.ts'

/** An admission without limits: authentication is off, and no counter is charged. */
export const openAdmission: Admission = {
  principal: openAccess,
  authenticate: acceptAll,
  rateLimiter: unlimited,
  slot: uncountedSlot,
}
