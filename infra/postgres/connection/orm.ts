import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import type { Pool, PoolConfig } from 'pg'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { migrations } from '../migrations/migrations.ts'
import { connectionConfig } from './connection-config.ts'
import { entities } from './entities.ts'

/** Options of `makeOrm`. */
export interface OrmOptions {
  readonly url: string
  readonly poolMax: number
  readonly applicationName: string
  readonly connectMs: number
  readonly log: Log
  /** Further settings of every connection. */
  readonly client?: PoolConfig
}

const databaseName = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres'

const poolConfig = (options: OrmOptions, connection: PoolConfig): PoolConfig => ({
  ...options.client,
  ...connection,
  max: options.poolMax,
  application_name: options.applicationName,
  connectionTimeoutMillis: options.connectMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
})

/** Logs lost idle connections; without a listener, `pg` would throw and end the process. */
const reportLosses = (pool: Pool, log: Log): void => {
  pool.on('error', (error) => log.warn({ reason: error.message }, 'idle database connection lost'))
}

/** Creates the ORM and its pool without connecting. */
export const makeOrm = (options: OrmOptions) => {
  const connection = connectionConfig(options.url)
  return new MikroORM({
    entities,
    dbName: databaseName(options.url),
    ensureDatabase: false,
    debug: false,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, silent: true, transactional: true, allOrNothing: true },
    driverOptions: {
      ...poolConfig(options, connection),
      onPoolCreated: (pool: Pool) => {
        reportLosses(pool, options.log)
        // MikroORM copies its options; the original reads changed files for each new connection.
        pool.options.ssl = connection.ssl
      },
    },
  })
}

/** The MikroORM instance with this project's entities. */
export type Orm = ReturnType<typeof makeOrm>

/** The `pg` pool that MikroORM itself uses. */
export const nativePool = (orm: Orm): Promise<Pool> => orm.em.getConnection().getNativeClient()

/**
 * Ends the pool after pending statements. MikroORM itself ends the pool only if
 * it has sent a query through it.
 */
export const closeOrm = async (orm: Orm): Promise<void> => {
  const pool = await nativePool(orm)
  await orm.close()
  if (!pool.ending) await pool.end()
}
