import pg from 'pg'
import type { StoreFault } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { messageOf } from '../../../shared/runtime/observability/error-text.ts'

const uniqueViolation = '23505'
/** SQLSTATEs of the statement, lock and idle-in-transaction time-outs. */
const timeouts: ReadonlySet<string> = new Set(['57014', '55P03', '25P03'])
/** SQLSTATE classes caused by the data: data exceptions, integrity violations, program limits. */
const dataErrors: ReadonlySet<string> = new Set(['22', '23', '54'])

/** Texts for the causes that an operator can fix, by SQLSTATE. */
const remedies: Readonly<Record<string, string>> = {
  '42501': 'the role lacks a privilege: run "admin roles" with the owner\'s DATABASE_URL',
  '42P01': 'a table is missing: run "admin migrate" with the owner\'s DATABASE_URL',
  '42703': 'a column is missing: run "admin migrate" with the owner\'s DATABASE_URL',
  '25006': 'the server is read-only: DATABASE_URL leads to a standby',
  '28P01': 'the password is wrong',
  '28000': 'the server refuses the login: check role, TLS and pg_hba.conf',
  '3D000': 'there is no such database',
  '53100': 'the disk of the server is full',
  '53200': 'the server has no memory left',
  '53300': 'the server has no connection left: raise max_connections, or lower DATABASE_POOL',
  '57P01': 'the server ends the connection: it is shut down or fails over',
  '57P03': 'the server is starting',
}

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
  const remedy = remedies[error.code]
  const text = `the database refuses ${where} with SQLSTATE ${error.code}${remedy === undefined ? '' : `: ${remedy}`}`
  return error.code === uniqueViolation ? new UniqueKeyError('record', text) : new StoreError(faultOf(error.code), text)
}
