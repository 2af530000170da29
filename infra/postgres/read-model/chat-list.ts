import type { ChatListEntry, ChatPage, ChatQuery } from '../../../shared/ports/read-model.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import { readChatCursor, writeCursor } from './cursor.ts'

/** A chat's text on a page, at the most: its frame, each character of its name, each member. */
const chatBytes = '200 + 6 * octet_length(chat.name) + 39 * chat.member_count'

/**
 * The order by activity needs the row of each of the user's chats, which
 * `CHATS_PER_USER` bounds: a copy of the activity beside each membership would
 * be a write for every member at every message. Members are read of the chats
 * on the page only. The first step is materialized because the planner, which
 * guesses thousands of chats for everybody, would start parallel workers: they
 * take longer to start than the list of most users takes to read.
 */
export const listChatsStatement: Statement = {
  name: 'list-chats',
  text: `with mine as materialized (
    select chat_id from chat_member where user_id = $1::uuid and until_seq is null
  )
  select id, name, seq, found, ${isoText('created_at')} as created_at, ${isoText('modified_at')} as modified_at,
    ${isoText('last_at')} as last_at,
    (select string_agg(user_id::text, ',' order by since_seq, user_id)
      from chat_member where chat_id = counted.id and until_seq is null) as users
  from (
    select page.*, count(*) over () as found, row_number() over in_order as nth, sum(bytes) over in_order as total
    from (
      select chat.*, ${chatBytes} as bytes
      from mine join chat on chat.id = mine.chat_id
      where ($2::timestamptz is null or (chat.last_at, chat.id) < ($2::timestamptz, $3::uuid))
      order by chat.last_at desc, chat.id desc limit $4::int + 1
    ) as page
    window in_order as (order by page.last_at desc, page.id desc rows unbounded preceding)
  ) as counted
  where nth <= $4::int and (nth = 1 or total <= $5::bigint)
  order by nth`,
}

interface ListedChatRow {
  readonly id: string
  readonly name: string
  readonly seq: string
  readonly created_at: string
  readonly modified_at: string
  readonly last_at: string
  readonly users: string
  /** How many there are in reach, one beyond the limit included. */
  readonly found: string
}

const listedChat = (row: ListedChatRow): ChatListEntry => ({
  id: row.id,
  name: row.name,
  users: row.users.split(','),
  created_at: row.created_at,
  modified_at: row.modified_at,
  seq: Number(row.seq),
})

/** The chats that the user is a member of now, the most recently active first. */
export const listChats = async (session: DatabaseSession, query: ChatQuery, pageBytes: number): Promise<ChatPage> => {
  const place = query.cursor === undefined ? undefined : readChatCursor(query.cursor)
  const behind = place === undefined ? [null, null] : [storableInstant(place.lastAt), place.id]
  const rows = await session.run<ListedChatRow>(listChatsStatement, [query.user, ...behind, query.limit, pageBytes])
  const chats = rows.map(listedChat)
  const last = rows.at(-1)
  if (last === undefined || Number(last.found) === rows.length) return { chats }
  return { chats, nextCursor: writeCursor('chats', { lastAt: last.last_at, id: last.id }) }
}
