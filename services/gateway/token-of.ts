import type { IncomingMessage } from 'node:http'

/** The subprotocol of this version. */
export const subprotocol = 'chat.v1'

const prefix = 'bearer.'

/** Pages cannot set headers of a WebSocket; they offer the token as one more subprotocol. */
const offeredTokens = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map((offer) => offer.trim())
    .filter((offer) => offer.toLowerCase().startsWith(prefix))
    .map((offer) => offer.slice(prefix.length))

const headerTokens = (values: readonly string[] | undefined): string[] =>
  (values ?? []).map((value) => /^bearer +(\S+) *$/i.exec(value)?.[1] ?? '')

/** The token of a request; empty, which no token is, where there are several or something else in its place. */
export const tokenOf = ({
  headers,
  headersDistinct,
}: Pick<IncomingMessage, 'headers' | 'headersDistinct'>): string | undefined => {
  const [token, ...others] = [...headerTokens(headersDistinct.authorization), ...offeredTokens(headers['sec-websocket-protocol'])]
  return others.length > 0 ? '' : token
}
