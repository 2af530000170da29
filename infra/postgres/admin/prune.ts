import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'
import { deleteInSlices } from './in-slices.ts'

/** Longer than the retention of the command log, so that no command is replayed after its rejection was deleted. */
const keptDays = 30
const rowsPerStep = 5_000

/**
 * Deletes at most a number of old rows of a table, oldest first; resolves with the number deleted. Rows are addressed by
 * `ctid`, because a join with the keys would read the whole table for each slice. The rows are never updated.
 */
const sliceOf = (table: 'rejection' | 'relay_dead_letter') => {
  const step: Statement = {
    name: `prune-${table}`,
    text: `with pruned as (
        delete from ${table} where ctid = any(array(
          select ctid from ${table}
          where recorded_at < now() - make_interval(days => ${keptDays})
          order by recorded_at limit $1
        )) returning 1
      ) select count(*) as pruned from pruned`,
  }
  return async (session: DatabaseSession, rows: number): Promise<number> => {
    const [row] = await session.run<{ pruned: string }>(step, [rows])
    return Number(row?.pruned ?? 0)
  }
}

/** Deletes rejections that are older than 30 days, one slice. */
export const pruneSlice = sliceOf('rejection')

/** Deletes dead letters of relays that are older than 30 days, one slice. */
export const pruneDeadLetterSlice = sliceOf('relay_dead_letter')

/**
 * Deletes up to ten old rooms of the audit with all their rows. The audit creates new rooms every 30 days. Rooms are found
 * by the present memberships of the audit's user, because no index leads from a user to the chats it created. Rows are
 * selected by an array of ids, because the plan of a join with the ids may read a whole table.
 */
export const pruneCanaries: Statement = {
  name: 'prune-canary-rooms',
  text: `with own as materialized (
      select chat_id from chat_member where until_seq is null
        and user_id = (select id from app_user where external_id = 'chat-canary')
    ),
    old as materialized (
      select own.chat_id as id from own cross join lateral (select * from chat where chat.id = own.chat_id offset 0) as room
      where room.created_by = (select id from app_user where external_id = 'chat-canary') and room.name = 'canary'
        and room.last_at < now() - make_interval(days => ${keptDays}) limit 10
    ),
    events as (delete from event where stream = any(array(select id from old))),
    texts as (delete from message_text where chat_id = any(array(select id from old))),
    terms as (delete from message_term where chat_id = any(array(select id from old))),
    messages as (delete from message where chat_id = any(array(select id from old))),
    members as (delete from chat_member where chat_id = any(array(select id from old))),
    pruned as (delete from chat where id = any(array(select id from old)) returning 1)
    select count(*) as pruned from pruned`,
}

const pruneCanarySlice = async (session: DatabaseSession): Promise<number> => {
  const [row] = await session.run<{ pruned: string }>(pruneCanaries)
  return Number(row?.pruned ?? 0)
}

/** Deletes rejections, dead letters of relays and rooms of the audit that are older than 30 days, in slices; may run beside all services, and may be interrupted. */
export const prune = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    const pruned = await deleteInSlices('rejection', log, () => pruneSlice(pool, rowsPerStep))
    const canaryRooms = await deleteInSlices('canary room', log, () => pruneCanarySlice(pool))
    const deadLetters = await deleteInSlices('relay_dead_letter', log, () => pruneDeadLetterSlice(pool, rowsPerStep))
    log.info({ pruned, canaryRooms, deadLetters }, 'old rejections, canary rooms and dead letters pruned')
  })
