/** What the client needs of a WebSocket: those of browsers, of Node and of `ws` are such. */
export interface Socket {
  send(text: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket

/** Browsers have no way to set a header, so the token travels as a subprotocol; the service selects `chat.v1` only. */
export const subprotocols = (token: string | undefined): string[] =>
  token === undefined ? ['chat.v1'] : ['chat.v1', `bearer.${token}`]
