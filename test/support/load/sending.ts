import type { EntryCode, OperationEvent } from './entry.ts'

/** One sending of one command, or of a read. */
export interface Sending {
  readonly event: OperationEvent
  readonly room: number
  readonly command: number
  readonly intendedMs: number
  /** The text of the frame for a request id. */
  readonly text: (operation: number) => string
  readonly onSettled?: (settled: Settled) => void
}

export interface Settled {
  readonly outcome: 'ok' | 'failed' | 'unknown'
  readonly code: EntryCode
  /** 0 when the confirmation was an answer and not a feed frame. */
  readonly seq: number
  readonly retryAfterMs: number
}
