import type { ClientRequest, IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { HttpAnswer, HttpSender, OutgoingHttpRequest } from '../../shared/ports/http-sender.ts'
import { HttpError } from '../../shared/ports/http-sender.ts'
import { nameOf } from '../../shared/runtime/observability/error-text.ts'
import type { Resolve } from './checked-lookup.ts'
import { AddressError, checkedLookup, resolveHost } from './checked-lookup.ts'
import { addressTest } from './public-address.ts'

/** Options of an HTTP sender. */
export interface HttpSenderOptions {
  /** Without a user name. Over plain HTTP only allowed networks can be reached. */
  readonly url: string
  /** Networks that may be reached besides public addresses. */
  readonly allowedNetworks: readonly string[]
  readonly timeoutMs: number
  /** Concurrent connections; further requests wait, within their time-out. */
  readonly connections: number
  /** Bytes of an answer that are read; 1 KiB by default. */
  readonly answerBytes?: number
  /** The resolver of the system by default. */
  readonly resolve?: Resolve
  /** PEM certificate authorities; those of the system by default. */
  readonly ca?: string
}

const shortAnswerBytes = 1_024
const headerBytes = 16 * 1_024

/** The beginning of the body. The rest is not read: a long body ends the connection. */
const beginningOf = async (answer: IncomingMessage, answerBytes: number): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes >= answerBytes) break
  }
  return Buffer.concat(chunks).subarray(0, answerBytes).toString()
}

const errorOf = (error: unknown, signal: AbortSignal, isLate: boolean): HttpError => {
  if (error instanceof HttpError) return error
  if (error instanceof AddressError) return new HttpError('address', error.message)
  if (isLate) return new HttpError('timeout', 'no answer in time')
  if (signal.aborted) return new HttpError('aborted', 'the request was given up')
  return new HttpError('connection', `no answer: ${(error as NodeJS.ErrnoException).code ?? nameOf(error)}`)
}

/** Opens no connection before the first request. */
export const httpSender = (options: HttpSenderOptions): HttpSender => {
  const { allowedNetworks, timeoutMs, connections, resolve = resolveHost, ca, answerBytes = shortAnswerBytes } = options
  const url = new URL(options.url)
  const isPlain = url.protocol === 'http:'
  const isAllowed = addressTest(allowedNetworks, isPlain)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const agentOptions = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections, timeout: timeoutMs * 2 }
  const agent = isPlain ? new http.Agent(agentOptions) : new https.Agent(agentOptions)
  const request = isPlain ? http.request : https.request
  const fixed = {
    method: 'POST',
    agent,
    lookup: checkedLookup(resolve, isAllowed),
    maxHeaderSize: headerBytes,
    ...(ca === undefined ? {} : { ca }),
  }

  const send = async ({ headers, body }: OutgoingHttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    // A connection to a literal address makes no look-up.
    if (isIP(host) !== 0 && !isAllowed(host)) throw new HttpError('address', 'the address is not allowed')
    const answered = Promise.withResolvers<IncomingMessage>()
    const length = String(Buffer.byteLength(body))
    const sent: ClientRequest = request(
      url,
      { ...fixed, headers: { ...headers, 'content-length': length }, signal },
      answered.resolve,
    )
    sent.on('error', answered.reject)
    // An answer that changes the protocol (101) ends the request with neither an answer nor an error.
    sent.on('close', () => answered.reject(new HttpError('connection', 'no answer: the connection was closed')))
    sent.end(body)
    const answer = await answered.promise
    const text = await beginningOf(answer, answerBytes)
    return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], body: text }
  }

  return {
    post: async (sending) => {
      const late = AbortSignal.timeout(timeoutMs)
      try {
        return await send(sending, AbortSignal.any([sending.signal, late]))
      } catch (error) {
        throw errorOf(error, sending.signal, late.aborted)
      }
    },
    close: () => agent.destroy(),
  }
}
