import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { GuardedPool } from '../connection/guarded-pool.ts'
import { guardedPool } from '../connection/guarded-pool.ts'
import type { Orm } from '../connection/orm.ts'
import { closeOrm, makeOrm, nativePool } from '../connection/orm.ts'

const connectMs = 10_000
/** Work on whole tables may take its time; waiting for somebody else's lock may not. */
const lockMs = 60_000
const answerMs = 24 * 3_600_000

export interface AdminConnection {
  readonly orm: Orm
  /** Of one connection: everything runs in one session, and what is locked in it stays locked. */
  readonly pool: GuardedPool
}

/** Runs `work` with a connection of its own, and closes it. */
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
