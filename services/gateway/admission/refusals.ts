import type { SessionLimit } from '../limits/session-counts.ts'
import type { TokenFault } from './auth.ts'

interface RefusalRow {
  readonly status: string
  readonly headers?: Readonly<Record<string, string>>
}

const needsToken = { status: '401 Unauthorized', headers: { 'WWW-Authenticate': 'Bearer' } }
const wait = { status: '429 Too Many Requests', headers: { 'Retry-After': '5' } }
const retrySoon = { status: '503 Service Unavailable', headers: { 'Retry-After': '1' } }

/** Reasons to refuse an upgrade or a request. The names are metric labels and are never reused for another meaning. */
export const refusals = {
  not_found: { status: '404 Not Found' },
  malformed: { status: '400 Bad Request' },
  too_many_headers: { status: '431 Request Header Fields Too Large' },
  origin: { status: '403 Forbidden' },
  host: { status: '403 Forbidden' },
  draining: retrySoon,
  gateway_full: retrySoon,
  binding_full: retrySoon,
  address_full: wait,
  user_full: wait,
  address_rate: wait,
  keys_unavailable: retrySoon,
  token_missing: needsToken,
  token_invalid: needsToken,
  token_expired: needsToken,
  token_early: needsToken,
  token_claims: needsToken,
} as const satisfies Readonly<Record<string, RefusalRow>> & Readonly<Record<TokenFault | SessionLimit, RefusalRow>>

export type Refusal = keyof typeof refusals

/** A refused upgrade or request. */
export interface Refused {
  readonly refusal: Refusal
  /** When the client may try again, if that is known. */
  readonly waitMs?: number
}

/** Status and headers of the response. */
export const refusalHead = ({ refusal, waitMs }: Refused): Required<RefusalRow> => {
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
