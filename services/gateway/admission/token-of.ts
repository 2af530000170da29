import type { IncomingMessage } from 'node:http'
import { headerValues } from './request-headers.ts'

/** The subprotocol of this version. */
export const subprotocol = 'chat.v1'

const prefix = 'bearer.'

/** Pages cannot set headers of a WebSocket; they offer the token as one more subprotocol. */
const offered = (header: string): string[] =>
  header
    .split(',')
    .map((offer) => offer.trim())
    .filter((offer) => offer.toLowerCase().startsWith(prefix))
    .map((offer) => offer.slice(prefix.length))

const borne = (header: string): string => /^bearer +(\S+) *$/i.exec(header)?.[1] ?? ''

/** The token of a request; empty, which no token is, where there are several or something else in its place. */
export const tokenOf = (request: Pick<IncomingMessage, 'rawHeaders'>): string | undefined => {
  const [token, ...others] = [
    ...headerValues(request, 'authorization').map(borne),
    ...headerValues(request, 'sec-websocket-protocol').flatMap(offered),
  ]
  return others.length > 0 ? '' : token
}
