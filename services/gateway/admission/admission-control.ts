import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import { serviceRateLimiter, userRateLimiter } from '../limits/rate-limiter.ts'
import type { Guest, SessionCounts } from '../limits/session-counts.ts'
import type { SharedBuckets } from '../limits/shared-buckets.ts'
import type { Admission } from './admission.ts'
import type { Authenticate, Principal, Verdict } from './auth.ts'
import type { ClientAddress } from './client-address.ts'
import { addressKey } from './client-address.ts'
import type { OriginRule } from './origin.ts'
import { isAcceptedHost, isWelcomeOrigin } from './origin.ts'
import type { Refusal, Refused } from './refusals.ts'
import { headerValues } from './request-headers.ts'
import { tokenOf } from './token-of.ts'

/** Decides about each request to come in, cheap questions first. Never rejects. */
export interface AdmissionControl {
  /** Who asks. */
  identify(request: IncomingMessage): Promise<{ readonly principal: Principal } | Refused>
  /** What a socket is granted. Whoever gets an admission gives its place back in the end. */
  admit(request: IncomingMessage): Promise<{ readonly admission: Admission } | Refused>
}

export interface AdmissionControlDeps {
  readonly authenticate: Authenticate
  readonly origins: OriginRule
  readonly addressOf: ClientAddress
  readonly sessionCounts: SessionCounts
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

export const createAdmissionControl = ({
  authenticate,
  origins,
  addressOf,
  sessionCounts,
  buckets,
  rates,
  clock,
}: AdmissionControlDeps): AdmissionControl => {
  const connectAttemptRate = { perMinute: rates.addressUpgradesPerMinute, burst: rates.addressUpgradesBurst }

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

  const identify: AdmissionControl['identify'] = async (request) => {
    const flaw = flawOf(request)
    if (flaw !== undefined) return { refusal: flaw }
    const connectAttempts = buckets.hold(`knocks:${placeOf(request)}`, connectAttemptRate)
    try {
      const waitMs = connectAttempts.take(1)
      if (waitMs !== undefined) return { refusal: 'address_rate', waitMs }
      const verdict = await authenticate(tokenOf(request))
      // Refund the attempt for services, which may open many sockets at once; failed authentication still costs one.
      if ('principal' in verdict && verdict.principal.isService) connectAttempts.take(-1)
      return 'fault' in verdict ? refusedToken(verdict) : verdict
    } finally {
      connectAttempts.release()
    }
  }

  const allowanceFor = (subject: string, address: string) =>
    userRateLimiter({ buckets, rates, clock, userKey: keyOf(subject), addressKey: address })

  const admitAs = (principal: Principal, address: string): { readonly admission: Admission } | Refused => {
    const { isService, subject = '' } = principal
    const place = sessionCounts.enter(isService ? nobody : { address, subject })
    if (typeof place === 'string') return { refusal: place }
    if (isService) place.bound()
    const rateLimiter = isService ? serviceRateLimiter(rates, clock) : allowanceFor(subject, address)
    return { admission: { principal, authenticate, rateLimiter, place } }
  }

  return {
    identify,
    admit: async (request) => {
      const full = sessionCounts.isFull()
      if (full !== undefined) return { refusal: full }
      const identified = await identify(request)
      return 'refusal' in identified ? identified : admitAs(identified.principal, placeOf(request))
    },
  }
}
