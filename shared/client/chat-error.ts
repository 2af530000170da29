import type { ErrorBody, ErrorCode } from '../protocol/errors.ts'

/**
 * What the client itself has to say:
 * - `closed`: `close()` was called, or the signal given to `connect` was aborted;
 * - `ended`: the service said not to come back (`closeCode`), or refused to bind;
 * - `queue_full`: too much is waiting to be sent; nothing was sent.
 */
export type ClientErrorCode = 'closed' | 'ended' | 'queue_full'

export type ChatErrorCode = ErrorCode | ClientErrorCode

export interface ChatErrorMore {
  readonly retryable?: boolean
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryAfterMs?: number
  readonly closeCode?: number
  readonly cause?: unknown
}

/** Why a call failed. Its `code` is one of the protocol's, or one of the client's own. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ChatErrorCode
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** For `invalid`: `{ field, reason }`. */
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly retryAfterMs: number | undefined
  /** With `ended`: the code with which the service closed the socket. */
  readonly closeCode: number | undefined

  constructor(code: ChatErrorCode, message: string, more: ChatErrorMore = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.retryable = more.retryable ?? false
    this.details = more.details
    this.retryAfterMs = more.retryAfterMs
    this.closeCode = more.closeCode
  }
}

/** The service's refusal as an error. A code that a later version added is kept as it came. */
export const refusal = ({ code, message, retryable, retry_after_ms, details }: ErrorBody): ChatError =>
  new ChatError(code, `${code}: ${message}`, {
    retryable,
    ...(details === undefined ? {} : { details }),
    ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
  })
