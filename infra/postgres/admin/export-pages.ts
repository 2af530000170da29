import type { User } from '../../../shared/domain/events.ts'
import type { ExportedBlock, ExportedEvent, ExportReads } from '../../../shared/ports/export-reads.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import type { UserRow } from '../read-model/user-rows.ts'
import { userCells, userOf } from '../read-model/user-rows.ts'

const userPage: Statement = {
  name: 'export-users',
  text: `select ${userCells} from app_user where id > $1 order by id limit $2`,
}

const userPageOfRoom: Statement = {
  name: 'export-users-of-room',
  text: `select ${userCells} from app_user where id = any(array(
      select user_id from chat_member where chat_id = $3 and user_id > $1 order by user_id limit $2
    )) order by id`,
}

/** The messages that no `MessageDeleted` has removed: they were erased. */
const erased = (message: string): string =>
  `select 1 from event gone where gone.stream = e.stream and gone.seq = ${message}.deleted_seq and gone.type <> 'MessageDeleted'`

const hasLost = (id: string): string =>
  `exists (select 1 from message m where m.chat_id = e.stream and m.id = ${id} and exists (${erased('m')}))`

/** The message that an event changes; its body names it. */
const changed = (id: string): string => `select 1 from message m where m.chat_id = e.stream and m.id = (${id})::uuid`

const eventPage = (where: string): Statement => ({
  name: `export-events-${where === '' ? 'of-all' : 'of-room'}`,
  text: `select e.stream, e.seq, e.type, e.data, version.data as newest,
      ${hasLost('message.thread')} as has_lost_root, ${hasLost('message.reply_to')} as has_lost_quote,
      case e.type
        when 'MessagePosted' then not exists (${erased('message')})
        when 'MessageEdited' then exists (${changed(`e.data::json -> 'message' ->> 'id'`)} and m.version_seq = e.seq and m.deleted_seq is null)
        when 'ReactionSet' then exists (
          select 1 from message_reaction r where r.chat_id = e.stream and r.message_id = (e.data::json ->> 'message')::uuid
            and r.reaction = e.data::json ->> 'reaction' and r.user_id = (e.data::json ->> 'user_id')::uuid and r.seq = e.seq)
          and not ${hasLost(`(e.data::json ->> 'message')::uuid`)}
        when 'PinSet' then exists (${changed(`e.data::json ->> 'message'`)} and m.pinned_seq = e.seq)
        else true
      end as is_present
    from (
      select * from event where (stream, seq) > ($1::uuid, $2::bigint) and kind = 'chat'${where} order by stream, seq limit $3
    ) e
    left join message on e.type = 'MessagePosted' and message.chat_id = e.stream and message.seq = e.seq
    left join event version on version.stream = e.stream and version.seq = message.version_seq and message.deleted_seq is null
    order by e.stream, e.seq`,
})

const allEvents = eventPage('')
const eventsOfRoom = eventPage(' and stream = $4')

const blockPage: Statement = {
  name: 'export-blocks',
  text: `select user_id as user, blocked_id as blocked, ${isoText('created_at')} as created_at from block
    where (user_id, blocked_id) > ($1::uuid, $2::uuid) order by user_id, blocked_id limit $3`,
}

/** A user who was erased is still named by lines of others. */
const exportedUserOf = (row: UserRow): User => {
  const { erased: isErased, ...user } = userOf(row)
  return isErased === true ? { ...user, externalUserId: `erased:${user.id}` } : user
}

interface ExportedEventRow extends Pick<ExportedEvent, 'stream' | 'type' | 'data' | 'newest'> {
  readonly seq: string
  readonly is_present: boolean
  readonly has_lost_root: boolean
  readonly has_lost_quote: boolean
}

type ExportedBlockRow = Omit<ExportedBlock, 'createdAt'> & { readonly created_at: string }

const eventOf = ({ stream, seq, type, data, newest, ...row }: ExportedEventRow): ExportedEvent => ({
  stream,
  seq: Number(seq),
  type,
  data,
  newest,
  isPresent: row.is_present,
  hasLostRoot: row.has_lost_root,
  hasLostQuote: row.has_lost_quote,
})

/** The reads of an export on a session. `room`: only this chat and its users, and no blocks. */
export const exportReads = (session: DatabaseSession, room: string | undefined): ExportReads => {
  const ofRoom = room === undefined ? [] : [room]
  return {
    users: async (after, limit) => {
      const rows = await session.run<UserRow>(room === undefined ? userPage : userPageOfRoom, [after, limit, ...ofRoom])
      return rows.map(exportedUserOf)
    },
    events: async ({ stream, seq }, limit) => {
      const statement = room === undefined ? allEvents : eventsOfRoom
      const rows = await session.run<ExportedEventRow>(statement, [stream, seq, limit, ...ofRoom])
      return rows.map(eventOf)
    },
    blocks: async ({ user, blocked }, limit) => {
      if (room !== undefined) return []
      const rows = await session.run<ExportedBlockRow>(blockPage, [user, blocked, limit])
      return rows.map(({ created_at: createdAt, ...row }) => ({ ...row, createdAt }))
    },
  }
}
