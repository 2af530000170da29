import { FirstTables } from './0001-first-tables.ts'

/** Every migration, in order. Names are kept in the database and never change. */
export const migrations = [{ name: '0001-first-tables', class: FirstTables }]
