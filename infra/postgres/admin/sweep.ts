import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'
import { deleteInSlices } from './in-slices.ts'

const rowsPerStep = 5_000

/**
 * A slice ends at a time of deletion, so that the statement needs neither the keys nor the content of a row: the role that
 * runs it may read `deleted_at` only. Rows of one transaction have the same time and are deleted together.
 */
const sweepStep: Statement = {
  name: 'sweep-deleted-messages',
  text: `with swept as (
      delete from deleted_message where deleted_at <= (
        select max(deleted_at) from (
          select deleted_at from deleted_message
          where deleted_at < now() - make_interval(days => $1::int)
          order by deleted_at limit $2::int
        ) as oldest
      ) returning 1
    ) select count(*) as swept from swept`,
}

/** Deletes about `rows` versions of messages that were deleted more than `keptDays` days ago, oldest first; resolves with the number. */
export const sweepSlice = async (session: DatabaseSession, keptDays: number, rows: number): Promise<number> => {
  const [row] = await session.run<{ swept: string }>(sweepStep, [keptDays, rows])
  return Number(row?.swept ?? 0)
}

/**
 * Deletes the kept content of messages that were deleted more than `keptDays`
 * days ago; with 0, all of it, which an earlier setting has kept.
 *
 * Promises:  may run beside all services, also of the previous version, and may
 *            be interrupted and repeated. Needs the rights of the role
 *            `<database>_sweeper` only.
 * Does not:  change an event: `redact` has removed the content from it before.
 */
export const sweep = (url: string, log: Log, keptDays: number): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    const swept = await deleteInSlices('deleted_message', log, () => sweepSlice(pool, keptDays, rowsPerStep))
    log.info({ swept, keptDays }, 'kept content of deleted messages swept')
  })
