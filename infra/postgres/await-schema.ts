import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { SchemaError } from './connection/schema-version.ts'
import type { Database } from './database.ts'

const pauseMs = 500

/**
 * Resolves when the database answers and has the schema that this program
 * needs: a migration may be running, or the database may start later. Logs each
 * new reason once and retries without limit.
 */
export const awaitSchema = (database: Pick<Database, 'assertSchema'>, log: Log): Promise<void> =>
  awaitDatabase(() => database.assertSchema(), log)

/** Repeats a check while it rejects with `SchemaError` or `StoreError`; rejects with any other error. */
export const awaitDatabase = async (check: () => Promise<void>, log: Log): Promise<void> => {
  for (let loggedReason = ''; ; ) {
    try {
      return await check()
    } catch (error) {
      if (!(error instanceof SchemaError || error instanceof StoreError)) throw error
      if (error.message !== loggedReason) log.warn({ reason: error.message }, 'waiting for the database')
      loggedReason = error.message
    }
    await sleep(pauseMs)
  }
}
