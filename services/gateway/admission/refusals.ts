import type { SessionLimit } from '../limits/session-counts.ts'
import type { TokenFault } from './auth.ts'

interface RefusalRow {
  readonly status: string
  readonly headers?: Readonly<Record<string, string>>
  /** The reason in a sentence, as the HTTP API states it. */
  readonly meaning: string
}

const unauthenticated = (meaning: string) => ({
  status: '401 Unauthorized',
  headers: { 'WWW-Authenticate': 'Bearer' },
  meaning,
})
const wait = (meaning: string) => ({ status: '429 Too Many Requests', headers: { 'Retry-After': '5' }, meaning })
const retry = (meaning: string) => ({ status: '503 Service Unavailable', headers: { 'Retry-After': '1' }, meaning })

/** Why an upgrade or a request was refused. The names are labels of metrics, and are never reused for another meaning. */
export const refusals = {
  not_found: { status: '404 Not Found', meaning: 'there is nothing at this path' },
  malformed: { status: '400 Bad Request', meaning: 'the request is malformed' },
  too_many_headers: { status: '431 Request Header Fields Too Large', meaning: 'the request has too many headers' },
  origin: {
    status: '403 Forbidden',
    meaning: 'the origin of the page is not allowed; the setting ALLOWED_ORIGINS of the service lists the origins',
  },
  host: {
    status: '403 Forbidden',
    meaning: 'authentication is off, and the host is neither a loopback name nor the host of an entry of ALLOWED_ORIGINS',
  },
  draining: retry('this gateway is about to stop'),
  gateway_full: retry('this gateway has no room for another connection'),
  binding_full: retry('too many connections of this gateway have no user yet'),
  address_full: wait('too many connections from this address'),
  user_full: wait('too many connections of this user'),
  address_rate: wait('too many connection attempts from this address'),
  keys_unavailable: retry('the token cannot be verified now, because the keys are not available'),
  token_missing: unauthenticated('a token is required'),
  token_invalid: unauthenticated('the token is not a JWT that a known key signed'),
  token_expired: unauthenticated('the token has expired'),
  token_early: unauthenticated('the token is not valid yet'),
  token_claims: unauthenticated('a claim of the token is missing or wrong: sub, exp, iss or aud'),
} as const satisfies Readonly<Record<string, RefusalRow>> & Readonly<Record<TokenFault | SessionLimit, RefusalRow>>

/** The name of a reason. */
export type Refusal = keyof typeof refusals

/** A refused upgrade or request. */
export interface Refused {
  readonly refusal: Refusal
  /** Milliseconds until the client may try again, if known. */
  readonly waitMs?: number
}

/** Status and headers of the response. */
export const refusalHead = ({ refusal, waitMs }: Refused): Required<Pick<RefusalRow, 'status' | 'headers'>> => {
  const { status, headers = {} }: RefusalRow = refusals[refusal]
  const later = waitMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
  return { status, headers: { ...headers, ...later } }
}

/** The complete response, for a socket that is not upgraded. */
export const refusalText = (refused: Refused): string => {
  const { status, headers } = refusalHead(refused)
  const lines = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return `HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`
}
