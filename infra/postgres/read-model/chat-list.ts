import type { JsonObject } from '../../../shared/domain/events.ts'
import { roleName, roles } from '../../../shared/domain/roles.ts'
import type { Rules } from '../../../shared/domain/rules.ts'
import type { ChatListEntry, ChatPage, ChatQuery } from '../../../shared/ports/read-model.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import { readChatCursor, writeCursor } from './cursor.ts'
import type { SettingsRow } from './member-settings.ts'
import { settingsCells, settingsOf } from './member-settings.ts'
import { peerJson, peerOf } from './peer.ts'
import { lastingRoleCell, roleCell, roleUntilCell } from './role-cells.ts'
import type { MarkerRow, UnreadRow } from './unread.ts'
import { markerOf, markerSeq, unreadCells, unreadOf } from './unread.ts'

/** SQL for the largest possible size of a chat in an answer: its frame, each character of its name and image, its data and rules, each member. */
const chatBytes = `500 + 6 * octet_length(chat.name) + 39 * chat.member_count + 6 * octet_length(coalesce(chat.image, ''))
  + octet_length(coalesce(chat.data, '')) + octet_length(coalesce(chat.rules, ''))`

const marker = markerSeq('state.seq', 'membership.since_seq')
const unread = unreadCells({
  room: 'counted.id',
  user: '$1::uuid',
  head: 'counted.seq',
  seq: marker,
  isSet: '(state.seq is not null)',
})

/**
 * Sorting by activity reads the row of each chat of the user, at most
 * `CHATS_PER_USER`; a copy of the activity in each membership would cost a write
 * per member and message. Members, peers and unread messages are read only for the chats on the page. The
 * first step is materialized, because the planner expects thousands of chats for
 * every user and would start parallel workers, which takes longer than reading
 * the list of most users.
 */
export const listChatsStatement: Statement = {
  name: 'list-chats',
  text: `with mine as materialized (
    select chat_id from chat_member where user_id = $1::uuid and until_seq is null
  )
  select id, name, counted.seq, found, peer, ${isoText('created_at')} as created_at, ${isoText('modified_at')} as modified_at,
    ${isoText('activity')} as activity, image, data, rules,
    ${roleCell('membership', 'counted')} as own_role, ${isoText(`(${roleUntilCell('membership')})`)} as own_until,
    ${lastingRoleCell('membership', 'counted')} as own_lasting,
    (select string_agg(user_id::text, ',' order by since_seq, user_id)
      from chat_member where chat_id = counted.id and until_seq is null) as users,
    state.gen, ${marker} as marker_seq, ${unread}, ${settingsCells('state')}
  from (
    select page.*, count(*) over () as found, row_number() over in_order as nth,
      sum(bytes + coalesce(octet_length(peer), 0)) over in_order as total
    from (
      select listed.*, ${peerJson('listed', '$1::uuid')} as peer from (
        select chat.*, coalesce(chat.active_at, chat.last_at) as activity, ${chatBytes} as bytes
        from mine join chat on chat.id = mine.chat_id
        where ($2::timestamptz is null or (coalesce(chat.active_at, chat.last_at), chat.id) < ($2::timestamptz, $3::uuid))
        order by activity desc, chat.id desc limit $4::int + 1
      ) as listed
    ) as page
    window in_order as (order by page.activity desc, page.id desc rows unbounded preceding)
  ) as counted
  join chat_member as membership on membership.chat_id = counted.id and membership.user_id = $1::uuid
  left join member_state as state on state.chat_id = counted.id and state.user_id = $1::uuid
  where nth <= $4::int and (nth = 1 or total <= $5::bigint)
  order by nth`,
}

interface ListedChatRow extends MarkerRow, UnreadRow, SettingsRow {
  readonly id: string
  readonly name: string
  readonly seq: string
  readonly created_at: string
  readonly modified_at: string
  readonly activity: string
  readonly users: string
  readonly image: string | null
  readonly data: string | null
  readonly rules: string | null
  readonly own_role: number
  readonly own_until: string | null
  readonly own_lasting: number
  /** The other user of a direct chat, as JSON text; null: another chat. */
  readonly peer: string | null
  /** Number of chats found, at most one more than the limit. */
  readonly found: string
}

/** The content of a chat; a field that was emptied is absent again. */
const contentOf = ({ image, data, rules }: ListedChatRow): Partial<Pick<ChatListEntry, 'image' | 'data' | 'rules'>> => ({
  ...(image ? { image } : {}),
  ...(data === null || data === '{}' ? {} : { data: JSON.parse(data) as JsonObject }),
  ...(rules === null || rules === '{}' ? {} : { rules: JSON.parse(rules) as Rules }),
})

const listedChat = (row: ListedChatRow): ChatListEntry => ({
  id: row.id,
  name: row.name,
  users: row.users.split(','),
  created_at: row.created_at,
  modified_at: row.modified_at,
  seq: Number(row.seq),
  ...contentOf(row),
  ...(row.own_role === roles.member ? {} : { role: roleName(row.own_role) }),
  ...(row.own_until === null ? {} : { role_until: row.own_until, role_after: roleName(row.own_lasting) }),
  read: markerOf(row),
  ...unreadOf(row),
  settings: settingsOf(row),
  ...(row.peer === null ? {} : { direct: true, peer: peerOf(row.peer) }),
})

/** The chats of which the user is a member now, most recently active first. Rejects with `CursorError` for a bad cursor. */
export const listChats = async (session: DatabaseSession, query: ChatQuery, pageBytes: number): Promise<ChatPage> => {
  const place = query.cursor === undefined ? undefined : readChatCursor(query.cursor)
  const behind = place === undefined ? [null, null] : [storableInstant(place.lastAt), place.id]
  const rows = await session.run<ListedChatRow>(listChatsStatement, [query.user, ...behind, query.limit, pageBytes])
  const chats = rows.map(listedChat)
  const last = rows.at(-1)
  if (last === undefined || Number(last.found) === rows.length) return { chats }
  return { chats, nextCursor: writeCursor('chats', { lastAt: last.activity, id: last.id }) }
}
