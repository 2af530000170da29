/**
 * Every error code that a client can receive, its meaning, and whether the same
 * request may be sent again. PROTOCOL.md holds the same table; a test compares
 * them. A code is never reused for another meaning. `status` is the
 * HTTP status of the code.
 */
export const errors = {
  invalid: {
    status: 400,
    retryable: false,
    meaning: 'the frame or one of its fields violates the protocol; `details` names the field and the reason',
  },
  unknown_event: { status: 404, retryable: false, meaning: 'the service has no event of this name' },
  unauthenticated: { status: 401, retryable: false, meaning: 'the token is missing, or was refused' },
  unbound: { status: 400, retryable: false, meaning: 'the socket has no user yet; send create-user first' },
  forbidden: {
    status: 403,
    retryable: false,
    meaning: 'not a member, no such chat, or not permitted; the answer does not reveal which',
  },
  conflict: { status: 409, retryable: false, meaning: 'the id is already in use by something else' },
  unknown_user: {
    status: 422,
    retryable: false,
    meaning: 'one of the users does not exist; `details.users` or `details.externalUserIds` lists them',
  },
  unknown_message: {
    status: 404,
    retryable: false,
    meaning: 'the chat has no such message, or it is deleted; `details.field` names the field',
  },
  rate_limited: {
    status: 429,
    retryable: true,
    meaning: 'a rate limit or a number of concurrent requests is exceeded; wait `retry_after_ms`',
  },
  timeout: { status: 504, retryable: true, meaning: 'the outcome is not known yet; send the request again with the same id' },
  unavailable: {
    status: 503,
    retryable: true,
    meaning:
      'the request was not carried out, because a part of the service is down; wait `retry_after_ms`, longer with each attempt',
  },
  internal: { status: 500, retryable: false, meaning: 'the service failed on this request, and logged the error' },
} as const

export type ErrorCode = keyof typeof errors

/** The `error` member of a frame. `details` never holds stack, SQL or host names. */
export interface ErrorBody {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
  readonly details?: Readonly<Record<string, unknown>>
}

/** The least wait before a refused request is sent again to a service of which a part is down. */
const unavailableMs = 1_000

/** Builds the `error` member for a code; `retryable` follows from the table. */
export const errorBody = (
  code: ErrorCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
  retryAfterMs: number | undefined = code === 'unavailable' ? unavailableMs : undefined,
): ErrorBody => ({
  code,
  message,
  retryable: errors[code].retryable,
  ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  ...(details === undefined ? {} : { details }),
})
