import type { Authenticate, Principal } from './auth.ts'
import { openAccess, trustEverybody } from './auth.ts'

/** What the door grants to one socket. */
export interface Admission {
  readonly principal: Principal
  /** Verifies the tokens that come later. */
  readonly authenticate: Authenticate
}

/** With authentication off (development): everything, for ever. */
export const openDoor: Admission = { principal: openAccess, authenticate: trustEverybody }
