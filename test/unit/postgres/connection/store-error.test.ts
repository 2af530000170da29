import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { toStoreError } from '../../../../infra/postgres/connection/store-error.ts'

const refused = (code: string): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError('quotes (content)', 1, 'error'), { code, table: 'event' })

describe('an error of the database', () => {
  it.each([
    ['42501', 'the role lacks a privilege: run "admin roles"'],
    ['42P01', 'a table is missing: run "admin migrate"'],
    ['25006', 'DATABASE_URL leads to a standby'],
    ['28P01', 'the password is wrong'],
    ['53100', 'the disk of the server is full'],
    ['53300', 'raise max_connections'],
  ])('names the remedy for SQLSTATE %s', (code, remedy) => {
    const { message, fault } = toStoreError(refused(code))
    expect(message).toContain(`the database refuses event with SQLSTATE ${code}: `)
    expect(message).toContain(remedy)
    expect(fault).toBe('unavailable')
  })

  it('has no remedy for a SQLSTATE that an operator cannot influence, and never quotes content', () => {
    expect(toStoreError(refused('40001')).message).toBe('the database refuses event with SQLSTATE 40001')
  })
})
