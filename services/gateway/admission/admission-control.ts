import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import { ServiceRateLimiter } from '../limits/service-rate-limiter.ts'
import type { ClientKey, SessionCounts } from '../limits/session-counts.ts'
import type { SharedBuckets } from '../limits/shared-buckets.ts'
import { UserRateLimiter } from '../limits/user-rate-limiter.ts'
import type { Admission } from './admission.ts'
import type { Authenticate, Authenticated, Principal } from './auth.ts'
import type { ClientAddress } from './client-address.ts'
import { addressKey } from './client-address.ts'
import type { OriginRule } from './origin.ts'
import { isAcceptedHost, isAcceptedOrigin } from './origin.ts'
import type { RefusalHints } from './refusal-hints.ts'
import type { Refusal, Refused } from './refusals.ts'
import { headerValues } from './request-headers.ts'
import { tokenOf } from './token-of.ts'

/**
 * Admits or refuses sockets and HTTP requests. Checks in order of cost: headers,
 * Host, Origin, rate of the address, token, session bounds. Never rejects.
 */
export interface AdmissionControl {
  /** Authenticates the sender of a request. */
  identify(request: IncomingMessage): Promise<{ readonly principal: Principal } | Refused>
  /** The origin of the page that sent the request, if it is accepted: the page may read the answer. */
  acceptedOrigin(request: IncomingMessage): string | undefined
  /** Admits a socket. The caller gives back the admission's slot and rate limiter when the socket closes. */
  admit(request: IncomingMessage): Promise<{ readonly admission: Admission } | Refused>
}

/** The parts and settings of admission. */
export interface AdmissionControlDeps {
  readonly authenticate: Authenticate
  readonly origins: OriginRule
  readonly hint: RefusalHints
  readonly addressOf: ClientAddress
  readonly sessionCounts: SessionCounts
  readonly buckets: SharedBuckets
  readonly rates: Rates
  readonly clock: Clock
}

interface Identified {
  readonly principal: Principal
  /** The client's address, hashed. */
  readonly address: string
}

/** A service is not counted per address or user. */
const serviceKey: ClientKey = {}

const maxHeaders = 100

/** Hashed, so that Redis never holds user ids or addresses. */
const hashed = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

const refusedToken = ({ fault, retryInMs }: Extract<Authenticated, { fault: unknown }>): Refused =>
  retryInMs === undefined ? { refusal: fault } : { refusal: fault, waitMs: retryInMs }

export const createAdmissionControl = ({
  authenticate,
  origins,
  hint,
  addressOf,
  sessionCounts,
  buckets,
  rates,
  clock,
}: AdmissionControlDeps): AdmissionControl => {
  const connectAttemptRate = { perMinute: rates.addressUpgradesPerMinute, burst: rates.addressUpgradesBurst }

  const addressOfClient = (request: IncomingMessage): string => {
    const forwarded = headerValues(request, 'x-forwarded-for')
    return hashed(addressKey(addressOf(request.socket.remoteAddress, forwarded.length === 0 ? undefined : forwarded.join(','))))
  }

  const refusalOf = (request: IncomingMessage): Refusal | undefined => {
    if (request.rawHeaders.length > 2 * maxHeaders) return 'too_many_headers'
    if (headerValues(request, 'host').length !== 1) return 'malformed'
    if (!isAcceptedHost(request, origins)) return 'host'
    return isAcceptedOrigin(request, origins) ? undefined : 'origin'
  }

  const identify = async (request: IncomingMessage): Promise<Identified | Refused> => {
    const refusal = refusalOf(request)
    if (refusal === 'origin' || refusal === 'host') hint(refusal, request)
    if (refusal !== undefined) return { refusal }
    const address = addressOfClient(request)
    const connectAttempts = buckets.hold(`knocks:${address}`, connectAttemptRate)
    try {
      const waitMs = connectAttempts.take(1)
      if (waitMs !== undefined) return { refusal: 'address_rate', waitMs }
      const authenticated = await authenticate(tokenOf(request))
      // Refund the attempt for services, which may open many sockets at once; failed authentication still costs one.
      if ('principal' in authenticated && authenticated.principal.isService) connectAttempts.take(-1)
      return 'fault' in authenticated ? refusedToken(authenticated) : { principal: authenticated.principal, address }
    } finally {
      connectAttempts.release()
    }
  }

  const userLimiter = (subject: string, address: string) =>
    new UserRateLimiter({ buckets, rates, clock, userKey: hashed(subject), addressKey: address })

  const admitAs = (principal: Principal, address: string): { readonly admission: Admission } | Refused => {
    const { isService, subject = '' } = principal
    const slot = sessionCounts.enter(isService ? serviceKey : { address, subject })
    if (typeof slot === 'string') return { refusal: slot }
    if (isService) slot.bound()
    const rateLimiter = isService ? new ServiceRateLimiter(rates, clock) : userLimiter(subject, address)
    return { admission: { principal, authenticate, rateLimiter, slot } }
  }

  return {
    identify,
    acceptedOrigin: (request) => (refusalOf(request) === undefined ? headerValues(request, 'origin')[0] : undefined),
    admit: async (request) => {
      const full = sessionCounts.isFull()
      if (full !== undefined) return { refusal: full }
      const identified = await identify(request)
      return 'refusal' in identified ? identified : admitAs(identified.principal, identified.address)
    },
  }
}
