import type { IncomingMessage } from 'node:http'
import { headerValues } from './request-headers.ts'

/** The WebSocket subprotocol of this protocol version. */
export const subprotocol = 'chat.v1'

const prefix = 'bearer.'

/** Pages cannot set headers of a WebSocket, so they offer the token as a further subprotocol. */
const subprotocolTokens = (header: string): string[] =>
  header
    .split(',')
    .map((offer) => offer.trim())
    .filter((offer) => offer.toLowerCase().startsWith(prefix))
    .map((offer) => offer.slice(prefix.length))

const bearerToken = (header: string): string => /^bearer +(\S+) *$/i.exec(header)?.[1] ?? ''

/** The token of a request; undefined: none. An invalid text, `''`, if the request has several or the header is malformed. */
export const tokenOf = (request: Pick<IncomingMessage, 'rawHeaders'>): string | undefined => {
  const [token, ...others] = [
    ...headerValues(request, 'authorization').map(bearerToken),
    ...headerValues(request, 'sec-websocket-protocol').flatMap(subprotocolTokens),
  ]
  return others.length > 0 ? '' : token
}
