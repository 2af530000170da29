import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import type { Pool, PoolConfig } from 'pg'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { migrations } from '../migrations/migrations.ts'
import { connectionConfig } from './connection-config.ts'
import { entities } from './entities.ts'

export interface OrmOptions {
  readonly url: string
  readonly poolMax: number
  readonly applicationName: string
  readonly connectMs: number
  readonly log: Log
  /** Settings of every connection beyond these. */
  readonly client?: PoolConfig
}

const databaseName = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres'

const poolConfig = (options: OrmOptions): PoolConfig => ({
  ...options.client,
  ...connectionConfig(options.url),
  max: options.poolMax,
  application_name: options.applicationName,
  connectionTimeoutMillis: options.connectMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
})

/** Says that a connection is gone; without a listener, `pg` would end the process over it. */
const reportLosses = (pool: Pool, log: Log): void => {
  pool.on('error', (error) => log.warn({ reason: error.message }, 'idle database connection lost'))
}

/** Makes the ORM and its pool; connects to nothing yet. */
export const makeOrm = (options: OrmOptions) =>
  new MikroORM({
    entities,
    dbName: databaseName(options.url),
    ensureDatabase: false,
    debug: false,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, silent: true, transactional: true, allOrNothing: true },
    driverOptions: { ...poolConfig(options), onPoolCreated: (pool: Pool) => reportLosses(pool, options.log) },
  })

export type Orm = ReturnType<typeof makeOrm>

/** The `pg` pool that MikroORM itself uses. */
export const nativePool = (orm: Orm): Promise<Pool> => orm.em.getConnection().getNativeClient()

/**
 * Ends the pool once statements in hand are done. MikroORM ends it only if it
 * has itself sent a query through it.
 */
export const closeOrm = async (orm: Orm): Promise<void> => {
  const pool = await nativePool(orm)
  await orm.close()
  if (!pool.ending) await pool.end()
}
