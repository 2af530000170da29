import { withAdminConnection } from './admin-connection.ts'
import type { DatabaseLog } from './database-log.ts'
import type { Session, Statement } from './statement.ts'

/** Longer than commands are kept on the log, so that none comes again whose rejection is forgotten. */
const keptDays = 30
const rowsPerStep = 5_000

/** Addressed by `ctid`: a join with the keys would read the whole table for every slice. A rejection is never updated. */
const pruneStep: Statement = {
  name: 'prune-rejections',
  text: `with pruned as (
      delete from rejection where ctid = any(array(
        select ctid from rejection
        where recorded_at < now() - make_interval(days => ${keptDays})
        order by recorded_at limit $1
      )) returning 1
    ) select count(*) as pruned from pruned`,
}

/** Deletes at most `rows` rejections that are older than 30 days, oldest first; resolves with how many it deleted. */
export const pruneSlice = async (session: Session, rows: number): Promise<number> => {
  const [row] = await session.run<{ pruned: string }>(pruneStep, [rows])
  return Number(row?.pruned ?? 0)
}

/** Deletes rejections older than 30 days, a batch at a time; may run beside everything else, and be cut off. */
export const prune = (url: string, log: DatabaseLog): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    let total = 0
    for (;;) {
      const pruned = await pruneSlice(pool, rowsPerStep)
      total += pruned
      if (pruned === 0) break
    }
    log.info({ pruned: total }, 'old rejections pruned')
  })
