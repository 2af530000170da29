import pg from 'pg'
import type { StoreFault } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { messageOf } from '../../../shared/runtime/observability/error-text.ts'

const uniqueViolation = '23505'
/** SQLSTATEs of the statement, lock and idle-in-transaction time-outs. */
const timeouts: ReadonlySet<string> = new Set(['57014', '55P03', '25P03'])
/** SQLSTATE classes caused by the data: data exceptions, integrity violations, program limits. */
const dataErrors: ReadonlySet<string> = new Set(['22', '23', '54'])

const faultOf = (sqlState: string): StoreFault => {
  if (timeouts.has(sqlState)) return 'timeout'
  return dataErrors.has(sqlState.slice(0, 2)) ? 'record' : 'unavailable'
}

/** A unique key refuses a row, because another transaction has stored one with the same key. */
export class UniqueKeyError extends StoreError {}

/**
 * Classifies an error of `pg`. Messages and details of the server are left out,
 * because they quote content, which must not be logged.
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
