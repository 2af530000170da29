import { StoreError } from '../../shared/ports/event-store.ts'

/** The rooms of a batch have changed again and again while it was decided. */
export class StaleError extends Error {
  override readonly name = 'StaleError'
}

/** Deciding itself failed, by a fault of this program: for the record at fault that is as final as a refusal of the store. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError'
  constructor(cause: unknown) {
    super(`deciding failed: ${cause instanceof Error ? cause.name : 'unknown'}`, { cause })
  }
}

/** The connection to the store is lost, and with it everything decided over it: the batch is delivered again. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

export const isTimeout = (error: unknown): boolean => error instanceof StoreError && error.fault === 'timeout'

/** No further attempt can succeed while the record at fault is among the commands. */
export const isRecordFault = (error: unknown): error is Error =>
  error instanceof DecisionError || (error instanceof StoreError && error.fault === 'record')

/** The state of the store or of the connection: a batch alone would fare no better. */
export const isForAll = (error: unknown): boolean =>
  error instanceof ConnectionLostError || (error instanceof StoreError && error.fault === 'unavailable')
