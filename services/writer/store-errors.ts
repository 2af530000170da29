import { StoreError } from '../../shared/ports/event-store.ts'

/** Every append of a batch was stale: its rooms kept changing while it was decided. */
export class StaleError extends Error {
  override readonly name = 'StaleError'
}

/** The decider threw, which is a bug. It is as final for the faulty record as a refusal by the store. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError'
  constructor(cause: unknown) {
    super(`deciding failed: ${cause instanceof Error ? cause.name : 'unknown'}`, { cause })
  }
}

/** The connection to the store is lost, and unacknowledged commits may be lost with it: batches are delivered again. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

/** The statement took too long: a smaller batch may succeed. */
export const isTimeout = (error: unknown): boolean => error instanceof StoreError && error.fault === 'timeout'

/** Every further attempt fails while the faulty record is among the commands. */
export const isRecordFault = (error: unknown): error is Error =>
  error instanceof DecisionError || (error instanceof StoreError && error.fault === 'record')

/** The cause is the store or the connection: trying each batch of the group alone would fail as well. */
export const isStoreFault = (error: unknown): boolean =>
  error instanceof ConnectionLostError || (error instanceof StoreError && error.fault === 'unavailable')
