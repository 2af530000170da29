import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFrame } from '../../../shared/frames/answer-frame.ts'
import type { CallEvent } from '../../../shared/protocol/call-events.ts'
import { isCallEvent } from '../../../shared/protocol/call-events.ts'
import type { ErrorBody, ErrorCode } from '../../../shared/protocol/errors.ts'
import { errorBody, errors } from '../../../shared/protocol/errors.ts'
import { requestEvents } from '../../../shared/protocol/requests.ts'
import type { Logger } from '../../../shared/runtime/observability/logger.ts'
import type { AdmissionControl } from '../admission/admission-control.ts'
import type { Principal } from '../admission/auth.ts'
import type { Refused } from '../admission/refusals.ts'
import { refusalHead, refusals } from '../admission/refusals.ts'
import type { FrameReader } from '../requests/frame-reader.ts'
import type { CallRequest, StartHttpRequest } from '../requests/http-requester.ts'
import { readBody } from './read-body.ts'

/** Requests over HTTP, for back ends without a socket. */
export interface HttpApi {
  /** Answers every request whose path begins with `apiPath`. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Refuses new requests; resolves when those in flight are answered. Idempotent. */
  drain(): Promise<void>
}

/** The prefix of the API's paths. */
export const apiPath = '/api/v1/'

/** The handlers and bounds of the API. */
export interface HttpApiDeps {
  readonly admissionControl: AdmissionControl
  readonly call: StartHttpRequest
  readonly read: FrameReader
  /** Creates the OpenAPI document, as text. Called on first use, because it is rarely requested. */
  readonly makeDocument: () => string
  readonly maxBodyBytes: number
  readonly maxRequests: number
  /** Longest time in which a body arrives. */
  readonly bodyMs: number
  readonly log: Logger
}

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly text: string
}

const socketOnly = 'is available on a WebSocket only'

const socketEvents: ReadonlySet<string> = new Set(requestEvents.filter((event) => !isCallEvent(event)))

const inSeconds = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1_000)))

const failure = (event: string, error: ErrorBody, status: number = errors[error.code].status): Answer => ({
  status,
  headers: error.retry_after_ms === undefined ? {} : { 'retry-after': inSeconds(error.retry_after_ms) },
  text: JSON.stringify({ event, error }),
})

const invalid = (event: string, field: string, reason: string, status?: number): Answer =>
  failure(event, errorBody('invalid', `${field}: ${reason}`, { field, reason }), status)

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  429: 'rate_limited',
  431: 'invalid',
  503: 'unavailable',
}

/** The error for a path that is no event of the API. */
const unknownEvent = (event: string): Answer => {
  const reason = socketEvents.has(event) ? socketOnly : 'there is no such event'
  return failure('error', errorBody('unknown_event', `event: ${reason}`, { field: 'event', reason }))
}

/** The error for a refusal by admission. `details.refusal` shows that the connection was refused, not the request. */
const refused = (event: string, { refusal, waitMs }: Refused): Answer => {
  const { status, headers } = refusalHead({ refusal, ...(waitMs === undefined ? {} : { waitMs }) })
  const number = Number(status.slice(0, 3))
  const code = codes[number] ?? 'forbidden'
  const answer = failure(event, errorBody(code, refusals[refusal].meaning, { refusal }, waitMs), number)
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

/**
 * CORS headers that let the page of an accepted origin read the answer. A page
 * cannot read why the upgrade of its WebSocket was refused, but it can here.
 * This gives the page no further rights: it may open a socket with the same
 * token, which allows more.
 */
const sharedWith = (origin: string | undefined): Readonly<Record<string, string>> =>
  origin === undefined
    ? {}
    : {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '600',
        vary: 'origin',
      }

const isJson = ({ headers }: IncomingMessage): boolean => /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')

export const createHttpApi = ({
  admissionControl,
  call,
  read,
  makeDocument,
  maxBodyBytes,
  maxRequests,
  bodyMs,
  log,
}: HttpApiDeps): HttpApi => {
  let isDraining = false
  let document: string | undefined
  const inFlight = new Set<Promise<void>>()

  /** Reads the body of a request, which is a frame without `event`, `id` and `after`. */
  const frameOf = (event: CallEvent, text: string): { readonly request: CallRequest } | Answer => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      value = undefined
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid(event, 'frame', 'not a JSON object')
    for (const field of ['event', 'id', 'after'] as const)
      if ((value as Readonly<Record<string, unknown>>)[field] != null) return invalid(event, field, 'unknown field')
    const frame = read(JSON.stringify({ ...value, event }))
    if ('error' in frame) return failure(event, frame.error)
    // The event of the request is that of the path.
    const request = frame.request as CallRequest
    const hasResume = request.event === 'create-user' && request.body.resume !== undefined
    return hasResume ? invalid(event, 'body.resume', socketOnly) : { request }
  }

  const ask = async (principal: Principal, event: CallEvent, text: string, response: ServerResponse): Promise<Answer> => {
    const frame = frameOf(event, text)
    if ('status' in frame) return frame
    const { outcome, abandon } = call(principal, frame.request)
    response.once('close', abandon)
    const result = await outcome
    if ('error' in result) return failure(event, result.error)
    return { status: 200, text: answerFrame({ event }, result.body) }
  }

  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<Answer> => {
    const event = (request.url ?? '').split('?', 1)[0]?.slice(apiPath.length) ?? ''
    if (event === 'openapi.json' && request.method === 'GET') {
      document ??= makeDocument()
      return { status: 200, text: document }
    }
    if (!isCallEvent(event)) return unknownEvent(event)
    if (request.method === 'OPTIONS') return { status: 204, headers: { allow: 'POST' }, text: '' }
    if (request.method !== 'POST') return { ...invalid(event, 'method', 'must be POST', 405), headers: { allow: 'POST' } }
    if (isDraining) return refused(event, { refusal: 'draining' })
    if (inFlight.size >= maxRequests)
      return failure(event, errorBody('unavailable', 'too many requests in flight', undefined, 1_000))
    const identified = await admissionControl.identify(request)
    if ('refusal' in identified) return refused(event, identified)
    if (!identified.principal.isService)
      return failure(event, errorBody('forbidden', 'the HTTP API needs a token with the role service'))
    if (!isJson(request)) return invalid(event, 'content-type', 'must be application/json', 415)
    const text = await readBody(request, maxBodyBytes, bodyMs)
    if (text === undefined) return invalid(event, 'frame', `has more than ${maxBodyBytes} bytes, or is not UTF-8`, 413)
    return ask(identified.principal, event, text, response)
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, text } = await answerTo(request, response)
    if (response.destroyed) return
    response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(isDraining || !request.complete ? { connection: 'close' } : {}),
      ...sharedWith(admissionControl.acceptedOrigin(request)),
      ...headers,
    })
    response.end(status === 204 ? undefined : `${text}\n`)
  }

  return {
    handle: (request, response) => {
      const handling = respond(request, response)
        .catch((error: unknown) => {
          if (!request.destroyed) log.error({ err: error }, 'HTTP request failed')
          response.destroy()
        })
        .finally(() => inFlight.delete(handling))
      inFlight.add(handling)
      return handling
    },
    drain: async () => {
      isDraining = true
      await Promise.allSettled(inFlight)
    },
  }
}
