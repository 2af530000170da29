import type { IncomingMessage } from 'node:http'
import type { Admission } from './admission.ts'
import type { Authenticate } from './auth.ts'
import type { OriginRule } from './origin.ts'
import { isWelcomeOrigin } from './origin.ts'
import type { Refusal } from './refusals.ts'
import { tokenOf } from './token-of.ts'

export type Entry = { readonly admission: Admission } | { readonly refusal: Refusal }

/** Decides about each request to come in, cheap questions first. Never rejects. */
export type Door = (request: IncomingMessage) => Promise<Entry>

export interface DoorPorts {
  readonly authenticate: Authenticate
  readonly origins: OriginRule
}

/** No honest client sends as many. */
const mostHeaders = 100

export const createDoor =
  ({ authenticate, origins }: DoorPorts): Door =>
  async (request) => {
    if (request.rawHeaders.length > 2 * mostHeaders) return { refusal: 'too_many_headers' }
    if (request.headersDistinct.host?.length !== 1) return { refusal: 'malformed' }
    if (!isWelcomeOrigin(request, origins)) return { refusal: 'origin' }
    const verdict = await authenticate(tokenOf(request))
    return 'fault' in verdict ? { refusal: verdict.fault } : { admission: { principal: verdict.principal, authenticate } }
  }
