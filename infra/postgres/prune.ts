import { withAdminConnection } from './admin-connection.ts'
import type { DatabaseLog } from './database-log.ts'
import type { Statement } from './statement.ts'

/** Longer than commands are kept on the log, so that none comes again whose rejection is forgotten. */
const keptDays = 30
const rowsPerStep = 5_000

const pruneStep: Statement = {
  name: 'prune-rejections',
  text: `with pruned as (
      delete from rejection where (stream, command_id, digest) in (
        select stream, command_id, digest from rejection
        where recorded_at < now() - make_interval(days => ${keptDays})
        order by recorded_at limit ${rowsPerStep}
      ) returning 1
    ) select count(*) as pruned from pruned`,
}

/** Deletes rejections older than 30 days, a batch at a time; may run beside everything else, and be cut off. */
export const prune = (url: string, log: DatabaseLog): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    let total = 0
    for (;;) {
      const [row] = await pool.run<{ pruned: string }>(pruneStep)
      const pruned = Number(row?.pruned ?? 0)
      total += pruned
      if (pruned === 0) break
    }
    log.info({ pruned: total }, 'old rejections pruned')
  })
