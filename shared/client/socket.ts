/** The part of a WebSocket that the client uses. The WebSockets of browsers, of Node and of `ws` have it. */
export interface Socket {
  send(text: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'error', listener: (event: unknown) => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket

/** A browser cannot set a header, so the token is sent as a subprotocol; the service selects `chat.v1` only. */
export const subprotocols = (token: string | undefined): string[] =>
  token === undefined ? ['chat.v1'] : ['chat.v1', `bearer.${token}`]

/**
 * The URL of the socket. `http:` and `https:` mean `ws:` and `wss:`, and a URL
 * without a path means `/ws`, where every gateway has its socket. Throws a
 * `TypeError` if this is not the URL of a socket.
 */
export const socketUrl = (given: string): URL => {
  const { location } = globalThis as { location?: { readonly href: string } }
  const url = URL.canParse(given, location?.href) ? new URL(given, location?.href) : undefined
  if (url === undefined || !/^(ws|http)s?:$/.test(url.protocol))
    throw new TypeError(`connect: ${JSON.stringify(given)} is not a URL like ws://127.0.0.1:8080/ws`)
  url.protocol = url.protocol.replace('http', 'ws')
  if (url.pathname === '/') url.pathname = '/ws'
  return url
}
