import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { SchemaError } from './connection/schema-version.ts'
import type { Database } from './database.ts'

const pauseMs = 500

/**
 * Resolves when the database answers and is at the version that this program
 * needs: a migration may be under way, and the database may come later than
 * its users. Says once what it waits for; never gives up.
 */
export const awaitSchema = (database: Pick<Database, 'assertSchema'>, log: Log): Promise<void> =>
  awaitDatabase(() => database.assertSchema(), log)

/** Repeats a check until it resolves: an error of another kind than "not yet" ends it. */
export const awaitDatabase = async (check: () => Promise<void>, log: Log): Promise<void> => {
  for (let said = ''; ; ) {
    try {
      return await check()
    } catch (error) {
      if (!(error instanceof SchemaError || error instanceof StoreError)) throw error
      if (error.message !== said) log.warn({ reason: error.message }, 'waiting for the database')
      said = error.message
    }
    await sleep(pauseMs)
  }
}
