import type { HttpAnswer, HttpFault } from '../../../shared/ports/http-sender.ts'
import { HttpError } from '../../../shared/ports/http-sender.ts'

/** Why a request is retried, or its event is a dead letter. `expired`: it was retried for too long. */
export type RefusalCause = HttpFault | 'status' | 'expired'

/** The meaning of an answer, or of its absence. `text` has no content. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'final'; readonly cause: RefusalCause; readonly text: string }
  | { readonly kind: 'retry'; readonly cause: RefusalCause; readonly text: string; readonly afterMs: number }

/** A receiver cannot make the relay wait for longer. */
const longestWaitMs = 3_600_000

/** `Retry-After` has seconds or a date. */
const waitOf = (retryAfter: string | undefined, nowMs: number): number => {
  if (retryAfter === undefined) return 0
  const delayMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - nowMs
  return Number.isNaN(delayMs) ? 0 : Math.min(longestWaitMs, Math.max(0, delayMs))
}

/** Redirects are not followed, and retried, because the operator can correct the URL. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429

/** The verdict about an answer. */
export const verdictOf = ({ status, retryAfter }: HttpAnswer, nowMs: number): Verdict => {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status === 410) return { kind: 'ended' }
  const refusal = { cause: 'status', text: `status ${status}` } as const
  return isFinal(status) ? { kind: 'final', ...refusal } : { kind: 'retry', ...refusal, afterMs: waitOf(retryAfter, nowMs) }
}

/** The verdict about a request without an answer. */
export const verdictOfError = (error: unknown): Verdict => {
  if (!(error instanceof HttpError)) throw error
  return { kind: 'retry', cause: error.fault, text: error.message, afterMs: 0 }
}
