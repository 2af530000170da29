import type { SessionCountsRefusal } from '../limits/session-counts.ts'
import type { TokenFault } from './auth.ts'

interface RefusalRow {
  readonly status: string
  readonly headers?: Readonly<Record<string, string>>
}

const asksForToken = { status: '401 Unauthorized', headers: { 'WWW-Authenticate': 'Bearer' } }
const wait = { status: '429 Too Many Requests', headers: { 'Retry-After': '5' } }
const comeBack = { status: '503 Service Unavailable', headers: { 'Retry-After': '1' } }

/** Why an upgrade or a request was not let in. The names are labels of metrics, and never reused for another meaning. */
export const refusals = {
  not_found: { status: '404 Not Found' },
  malformed: { status: '400 Bad Request' },
  too_many_headers: { status: '431 Request Header Fields Too Large' },
  origin: { status: '403 Forbidden' },
  host: { status: '403 Forbidden' },
  draining: comeBack,
  gateway_full: comeBack,
  binding_full: comeBack,
  address_full: wait,
  user_full: wait,
  address_rate: wait,
  keys_unavailable: comeBack,
  token_missing: asksForToken,
  token_invalid: asksForToken,
  token_expired: asksForToken,
  token_early: asksForToken,
  token_claims: asksForToken,
} as const satisfies Readonly<Record<string, RefusalRow>> & Readonly<Record<TokenFault | SessionCountsRefusal, RefusalRow>>

export type Refusal = keyof typeof refusals

export interface Refused {
  readonly refusal: Refusal
  /** When it may be tried again, where that is known. */
  readonly waitMs?: number
}

/** Status line and headers of the answer. */
export const refusalHead = ({ refusal, waitMs }: Refused): Required<RefusalRow> => {
  const { status, headers = {} }: RefusalRow = refusals[refusal]
  const later = waitMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
  return { status, headers: { ...headers, ...later } }
}

/** The whole answer, for a socket that is not going to be upgraded. */
export const refusalText = (refused: Refused): string => {
  const { status, headers } = refusalHead(refused)
  const lines = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return `HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`
}
