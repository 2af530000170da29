import type { Log } from '../../../shared/runtime/observability/log.ts'
import { advisoryLocks } from '../connection/advisory-locks.ts'
import { raiseToSupported } from '../connection/feature-level.ts'
import type { Statement } from '../connection/statement.ts'
import { migrations } from '../migrations/migrations.ts'
import { withAdminConnection } from './admin-connection.ts'

const lock: Statement = { name: 'lock-migration', text: 'select pg_advisory_lock($1)' }

/**
 * Brings the schema up to date.
 *
 * Promises:  a repeated call changes nothing; concurrent calls wait for each
 *            other. A failure leaves the schema unchanged.
 * Does not:  create the database.
 */
export const migrate = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ orm, pool }) => {
    // A lock of the session, because MikroORM creates its own table before any transaction. Closing the session releases it.
    await pool.run(lock, [advisoryLocks.migration])
    const applied = await orm.migrator.up()
    // No process of an older version can use a database that was just made.
    if (applied.some(({ name }) => name === migrations[0]?.name)) await raiseToSupported(pool)
    log.info({ applied: applied.map(({ name }) => name) }, 'schema is up to date')
  })
