import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../shared/ports/clock.ts'
import type { Rates } from '../../shared/runtime/rates.ts'
import type { Admission } from './admission.ts'
import { serviceAllowance, userAllowance } from './allowance.ts'
import type { Authenticate, Principal, Verdict } from './auth.ts'
import type { ClientAddress } from './client-address.ts'
import { addressKey } from './client-address.ts'
import type { Crowd, Guest } from './crowd.ts'
import { headerValues } from './header-values.ts'
import type { OriginRule } from './origin.ts'
import { isAcceptedHost, isWelcomeOrigin } from './origin.ts'
import type { Refusal, Refused } from './refusals.ts'
import type { SharedBuckets } from './shared-buckets.ts'
import { tokenOf } from './token-of.ts'

/** Decides about each request to come in, cheap questions first. Never rejects. */
export interface Door {
  /** Who asks. */
  identify(request: IncomingMessage): Promise<{ readonly principal: Principal } | Refused>
  /** What a socket is granted. Whoever gets an admission gives its place back in the end. */
  admit(request: IncomingMessage): Promise<{ readonly admission: Admission } | Refused>
}

export interface DoorPorts {
  readonly authenticate: Authenticate
  readonly origins: OriginRule
  readonly addressOf: ClientAddress
  readonly crowd: Crowd
  readonly buckets: SharedBuckets
  readonly rates: Rates
  readonly clock: Clock
}

/** A service is not counted by who or where it is. */
const nobody: Guest = {}

/** No honest client sends as many. */
const mostHeaders = 100

/** What is kept by, in other places too: it tells nobody who it is. */
const keyOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

const refusedToken = ({ fault, retryInMs }: Extract<Verdict, { fault: unknown }>): Refused =>
  retryInMs === undefined ? { refusal: fault } : { refusal: fault, waitMs: retryInMs }

export const createDoor = ({ authenticate, origins, addressOf, crowd, buckets, rates, clock }: DoorPorts): Door => {
  const knockRate = { perMinute: rates.addressUpgradesPerMinute, burst: rates.addressUpgradesBurst }

  const placeOf = (request: IncomingMessage): string => {
    const forwarded = headerValues(request, 'x-forwarded-for')
    return keyOf(addressKey(addressOf(request.socket.remoteAddress, forwarded.length === 0 ? undefined : forwarded.join(','))))
  }

  const flawOf = (request: IncomingMessage): Refusal | undefined => {
    if (request.rawHeaders.length > 2 * mostHeaders) return 'too_many_headers'
    if (headerValues(request, 'host').length !== 1) return 'malformed'
    if (!isAcceptedHost(request, origins)) return 'host'
    return isWelcomeOrigin(request, origins) ? undefined : 'origin'
  }

  const identify: Door['identify'] = async (request) => {
    const flaw = flawOf(request)
    if (flaw !== undefined) return { refusal: flaw }
    const knocks = buckets.hold(`knocks:${placeOf(request)}`, knockRate)
    try {
      const waitMs = knocks.take(1)
      if (waitMs !== undefined) return { refusal: 'address_rate', waitMs }
      const verdict = await authenticate(tokenOf(request))
      // Refund the attempt for services, which may open many sockets at once; failed authentication still costs one.
      if ('principal' in verdict && verdict.principal.isService) knocks.take(-1)
      return 'fault' in verdict ? refusedToken(verdict) : verdict
    } finally {
      knocks.release()
    }
  }

  const allowanceFor = (subject: string, address: string) =>
    userAllowance({ buckets, rates, clock, userKey: keyOf(subject), addressKey: address })

  const admitAs = (principal: Principal, address: string): { readonly admission: Admission } | Refused => {
    const { isService, subject = '' } = principal
    const place = crowd.enter(isService ? nobody : { address, subject })
    if (typeof place === 'string') return { refusal: place }
    if (isService) place.bound()
    const allowance = isService ? serviceAllowance(rates, clock) : allowanceFor(subject, address)
    return { admission: { principal, authenticate, allowance, place } }
  }

  return {
    identify,
    admit: async (request) => {
      const full = crowd.isFull()
      if (full !== undefined) return { refusal: full }
      const identified = await identify(request)
      return 'refusal' in identified ? identified : admitAs(identified.principal, placeOf(request))
    },
  }
}
