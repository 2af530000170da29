import type { ErrorBody } from '../protocol/errors.ts'
import { ChatError, refusal } from './chat-error.ts'

/** The part of `fetch` that the client uses. */
export type Fetch = (
  url: string,
  options: { readonly method: string; readonly mode?: 'no-cors'; readonly headers: Readonly<Record<string, string>> },
) => Promise<{ readonly status: number; json(): Promise<unknown> }>

/**
 * Finds out why a WebSocket was not opened, which the WebSocket API does not
 * expose: asks the HTTP API of the same gateway with the same token. Undefined:
 * it cannot be found out. Never rejects.
 */
export type FindRefusal = (token: string | undefined) => Promise<ChatError | undefined>

interface RefusedConnection {
  readonly error?: ErrorBody
}

const httpUrl = (socket: URL, path: string): string => {
  const url = new URL(path, socket)
  url.protocol = url.protocol.replace('ws', 'http')
  return url.href
}

const pageOrigin = (): string | undefined => (globalThis as { location?: { readonly origin: string } }).location?.origin

export const refusalFinder = (socket: URL, fetch: Fetch | undefined): FindRefusal => {
  const api = httpUrl(socket, 'api/v1/get-users')

  /** A browser hides the answer from the page of an origin that the service does not accept. */
  const hiddenFromPage = async (get: Fetch): Promise<ChatError | undefined> => {
    const origin = pageOrigin()
    if (origin === undefined) return undefined
    await get(httpUrl(socket, 'asyncapi.json'), { method: 'GET', mode: 'no-cors', headers: {} })
    const hint = `does ${socket.host} have ${origin} in ALLOWED_ORIGINS?`
    return new ChatError('forbidden', `the origin of this page is refused: ${hint}`)
  }

  return async (token) => {
    if (fetch === undefined) return undefined
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` }
    try {
      const answer = await fetch(api, { method: 'POST', headers: headers ?? {} }).catch(() => undefined)
      if (answer === undefined) return await hiddenFromPage(fetch)
      if (answer.status === 404) return new ChatError('disconnected', `no chat service at ${socket.href}`)
      const { error } = (await answer.json()) as RefusedConnection
      return error?.details?.refusal === undefined ? undefined : refusal(error)
    } catch {
      return undefined
    }
  }
}
