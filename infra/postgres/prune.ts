import { withAdminConnection } from './admin-connection.ts'
import type { DatabaseLog } from './database-log.ts'
import type { Statement } from './statement.ts'

/** Longer than commands are kept on the log, so that none comes again whose rejection is forgotten. */
const keptDays = 30
const rowsPerStep = 5_000

const pruneStep: Statement = {
  name: 'prune-rejections',
  text: `with pruned as (
      delete from rejection where (stream, command_id) in (
        select stream, command_id from rejection
        where recorded_at < now() - make_interval(days => ${keptDays})
        order by recorded_at limit ${rowsPerStep}
      ) returning 1
    ) select count(*) as pruned from pruned`,
}

/** Whole rooms, all that is kept of them in one statement. The audit makes new ones every 30 days. */
const pruneCanaries: Statement = {
  name: 'prune-canary-rooms',
  text: `with old as (
      select chat.id from chat join app_user on app_user.id = chat.created_by
      where app_user.external_id = 'chat-canary' and chat.name = 'canary'
        and chat.last_at < now() - make_interval(days => ${keptDays}) limit 10
    ),
    events as (delete from event where stream in (select id from old)),
    messages as (delete from message where chat_id in (select id from old)),
    members as (delete from chat_member where chat_id in (select id from old)),
    pruned as (delete from chat where id in (select id from old) returning 1)
    select count(*) as pruned from pruned`,
}

/** Deletes rejections, and rooms of the audit's canaries, older than 30 days, a batch at a time; may run beside everything else, and be cut off. */
export const prune = (url: string, log: DatabaseLog): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    const drain = async (step: Statement): Promise<number> => {
      for (let total = 0; ; ) {
        const [row] = await pool.run<{ pruned: string }>(step)
        const pruned = Number(row?.pruned ?? 0)
        total += pruned
        if (pruned === 0) return total
      }
    }
    log.info(
      { pruned: await drain(pruneStep), canaryRooms: await drain(pruneCanaries) },
      'old rejections and canary rooms pruned',
    )
  })
