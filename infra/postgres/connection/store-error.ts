import pg from 'pg'
import type { StoreFault } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { messageOf } from '../../../shared/runtime/observability/error-text.ts'

const uniqueViolation = '23505'
/** A statement that was ended because it took too long, a lock that was not free in time, a transaction that stood still. */
const timeouts: ReadonlySet<string> = new Set(['57014', '55P03', '25P03'])
/** Data exceptions, integrity violations, and program limits: the records' own fault. */
const ownFault: ReadonlySet<string> = new Set(['22', '23', '54'])

const faultOf = (sqlState: string): StoreFault => {
  if (timeouts.has(sqlState)) return 'timeout'
  return ownFault.has(sqlState.slice(0, 2)) ? 'record' : 'unavailable'
}

/** A unique key refuses a row, because another transaction has stored one first. */
export class UniqueKeyError extends StoreError {}

/**
 * Sorts an error of the driver. What the server says about values stays
 * behind: its texts and details quote content, which must not reach a log.
 */
export const toStoreError = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) {
    return new StoreError('unavailable', `the database does not answer: ${messageOf(error)}`, { cause: error })
  }
  const where = error.constraint ?? error.table ?? error.routine ?? 'a statement'
  const text = `the database refuses ${where} with SQLSTATE ${error.code}`
  return error.code === uniqueViolation ? new UniqueKeyError('record', text) : new StoreError(faultOf(error.code), text)
}
