import type { User } from '../../../shared/domain/events.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'

/** An event of a chat, for an export. */
export interface ExportedEvent {
  readonly stream: string
  readonly seq: number
  readonly type: string
  /** The body of the event. */
  readonly data: string
  /** The body of the event with the newest version of the posted message; null: the message was not edited, or is deleted. */
  readonly newest: string | null
  /** Whether the event still has an effect: false for an older version, a removed reaction, a removed pin, an erased message. */
  readonly isPresent: boolean
  /** Whether the message is a reply in the thread of an erased message, and whether it quotes one. */
  readonly hasLostRoot: boolean
  readonly hasLostQuote: boolean
}

/** A block of one user by another. */
export interface ExportedBlock {
  readonly user: string
  readonly blocked: string
  readonly createdAt: string
}

/** Chats are read in the order of their ids. Pages of `limit` rows, each after the last row of the page before. */
export interface ExportReads {
  users(after: string, limit: number): Promise<readonly User[]>
  events(after: Pick<ExportedEvent, 'stream' | 'seq'>, limit: number): Promise<readonly ExportedEvent[]>
  blocks(after: Pick<ExportedBlock, 'user' | 'blocked'>, limit: number): Promise<readonly ExportedBlock[]>
}

const userCells = `app_user.id, app_user.external_id, app_user.name, app_user.image, app_user.data,
  ${isoText('app_user.created_at')} as created_at, ${isoText('app_user.modified_at')} as modified_at`

const userPage: Statement = {
  name: 'export-users',
  text: `select ${userCells} from app_user where id > $1 order by id limit $2`,
}

const userPageOfRoom: Statement = {
  name: 'export-users-of-room',
  text: `select ${userCells} from chat_member member join app_user on app_user.id = member.user_id
    where member.chat_id = $3 and member.user_id > $1 order by member.user_id limit $2`,
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

interface ExportedUserRow {
  readonly id: string
  /** Null: the user was erased. */
  readonly external_id: string | null
  readonly name: string | null
  readonly image: string | null
  readonly data: string | null
  readonly created_at: string
  readonly modified_at: string
}

const userOf = (row: ExportedUserRow): User => ({
  id: row.id,
  // A user who was erased is still named by lines of others.
  externalUserId: row.external_id ?? `erased:${row.id}`,
  ...(row.name === null ? {} : { name: row.name }),
  ...(row.image === null ? {} : { image: row.image }),
  ...(row.data === null ? {} : { data: JSON.parse(row.data) as Record<string, unknown> }),
  created_at: row.created_at,
  modified_at: row.modified_at,
})

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
      const rows = await session.run<ExportedUserRow>(room === undefined ? userPage : userPageOfRoom, [after, limit, ...ofRoom])
      return rows.map(userOf)
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
