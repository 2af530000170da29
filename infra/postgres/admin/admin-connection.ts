import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { GuardedPool } from '../connection/guarded-pool.ts'
import { guardedPool } from '../connection/guarded-pool.ts'
import type { Orm } from '../connection/orm.ts'
import { closeOrm, makeOrm, nativePool } from '../connection/orm.ts'

const connectMs = 10_000
/** Work on whole tables may take long; waiting for a lock must not. */
const lockMs = 60_000
const answerMs = 24 * 3_600_000

/** The connection of an admin subcommand. */
export interface AdminConnection {
  readonly orm: Orm
  /** A pool of one connection: all statements run in one session, which keeps its locks. */
  readonly pool: GuardedPool
}

/** Runs `work` on a new connection and closes it. */
export const withAdminConnection = async <T>(
  url: string,
  log: Log,
  work: (connection: AdminConnection) => Promise<T>,
): Promise<T> => {
  const client = { lock_timeout: lockMs, idleTimeoutMillis: 0 }
  const orm = makeOrm({ url, poolMax: 1, applicationName: 'chat-admin', connectMs, client, log })
  try {
    return await work({ orm, pool: guardedPool(await nativePool(orm), { answerMs, isNaming: false }) })
  } finally {
    await closeOrm(orm)
  }
}
