import type { ErrorBody, ErrorCode } from '../protocol/errors.ts'

/**
 * The codes of the client itself:
 * - `closed`: `close()` was called, or the signal given to `connect` was aborted;
 * - `ended`: the service closed the connection for good (`closeCode`), or refused the user or the only token (`cause`);
 * - `disconnected`: a connection was lost or could not be made; the client tries again. Only in the state `offline`;
 * - `queue_full`: too many requests are waiting; nothing of this one was sent.
 */
export type ClientErrorCode = 'closed' | 'ended' | 'disconnected' | 'queue_full'

export type ChatErrorCode = ErrorCode | ClientErrorCode

/** The optional fields of a `ChatError`. Times are in milliseconds. */
export interface ChatErrorOptions {
  readonly retryable?: boolean | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly retryAfterMs?: number | undefined
  readonly closeCode?: number | undefined
  readonly cause?: unknown
}

/** Why a call or a connection failed. `code` is one of the protocol's, or one of the client's own; the message begins with it. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ChatErrorCode
  /** Whether the same call, or the next attempt to connect, may succeed later. */
  readonly retryable: boolean
  /** For `invalid`: `{ field, reason }`. */
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly retryAfterMs: number | undefined
  /** With `ended` and `disconnected`: the code with which the connection was closed. */
  readonly closeCode: number | undefined

  constructor(code: ChatErrorCode, message: string, options: ChatErrorOptions = {}) {
    super(`${code}: ${message}`, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? (code === 'disconnected' || code === 'queue_full')
    this.details = options.details
    this.retryAfterMs = options.retryAfterMs
    this.closeCode = options.closeCode
  }
}

/** A refusal by the service as an error. A code of a later version is kept unchanged. */
export const refusal = ({ code, message, retryable, retry_after_ms, details }: ErrorBody): ChatError =>
  new ChatError(code, message, { retryable, details, retryAfterMs: retry_after_ms })

/**
 * A copy of the error for one call, with the stack of that call: the stack on
 * which a reply is received does not show the caller.
 */
export const errorOfCall = (error: ChatError, { stack }: Error): ChatError => {
  const own = new ChatError(error.code, '', error)
  own.message = error.message
  if (stack !== undefined) own.stack = stack.replace(/^Error:? ?/, `${own.name}: ${own.message}`)
  return own
}
