import { migrations } from '../migrations/migrations.ts'
import { assertLevel } from './feature-level.ts'
import type { DatabaseSession, Statement } from './statement.ts'

/** The database lacks migrations that this program needs. */
export class SchemaError extends Error {}

const findMigrations: Statement = {
  name: 'find-migrations',
  text: `select to_regclass('mikro_orm_migrations') is not null as is_there`,
}
const readMigrations: Statement = { name: 'read-migrations', text: 'select name from mikro_orm_migrations' }

const readApplied = async (session: DatabaseSession): Promise<ReadonlySet<string>> => {
  const [found] = await session.run<{ is_there: boolean }>(findMigrations)
  if (found?.is_there !== true) return new Set()
  const rows = await session.run<{ name: string }>(readMigrations)
  return new Set(rows.map(({ name }) => name))
}

/**
 * Resolves when every migration that this program knows has been applied (later
 * ones do not matter) and this program supports the store's feature level.
 * Throws `SchemaError` or `LevelError`.
 */
export const assertSchema = async (session: DatabaseSession): Promise<void> => {
  const applied = await readApplied(session)
  const missing = migrations.map(({ name }) => name).filter((name) => !applied.has(name))
  if (missing.length === 0) return assertLevel(session)
  throw new SchemaError(`the database lacks ${missing.join(', ')}: run "admin migrate" first`)
}
