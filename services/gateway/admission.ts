import type { Allowance } from './allowance.ts'
import { boundless } from './allowance.ts'
import type { Authenticate, Principal } from './auth.ts'
import { openAccess, trustEverybody } from './auth.ts'
import type { Place } from './crowd.ts'
import { nowhere } from './crowd.ts'

/** What the door grants to one socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens that come later. */
  readonly authenticate: Authenticate
  readonly allowance: Allowance
  readonly place: Place
}

/** Everything, for ever: authentication off, and nobody counts. */
export const openDoor: Admission = {
  principal: openAccess,
  authenticate: trustEverybody,
  allowance: boundless,
  place: nowhere,
}
