import type { UnreadMembership } from '../../../shared/ports/read-model.ts'
import { chunks } from '../../../shared/runtime/async/chunks.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { MarkerRow, UnreadRow } from './unread.ts'
import { markerOf, markerSeq, unreadCells, unreadOf } from './unread.ts'

/** Exported so that a test can examine its plan. */
export const readMarkedMembershipsStatement: Statement = {
  name: 'read-marked-memberships',
  text: `select chat_member.user_id, chat.id, chat_member.since_seq, chat.seq, state.gen, state.seq is not null as is_set,
      ${markerSeq('state.seq', 'chat_member.since_seq')} as marker_seq
    from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select * from chat_member as present
      where present.user_id = asked.user_id and present.until_seq is null limit $2::int
    ) as chat_member
    join chat on chat.id = chat_member.chat_id
    left join member_state as state on state.chat_id = chat_member.chat_id and state.user_id = chat_member.user_id`,
}

const unread = unreadCells({
  room: 'asked.room',
  user: 'asked.user_id',
  head: 'asked.head',
  seq: 'asked.seq',
  isSet: 'asked.is_set',
})

/** In the order of the memberships. Exported so that a test can examine its plan. */
export const countUnreadStatement: Statement = {
  name: 'count-unread',
  text: `select ${unread}
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[], $5::bigint[]) with ordinality
      as asked (room, user_id, seq, is_set, head, place)
    order by place`,
}

/**
 * Rooms of one statement, so that the rooms of many users do not exceed its time-out, and a reconnect of 10,000 users with
 * 500 unread rooms each takes fewer than 500 statements.
 */
const roomsPerStatement = 20_000

interface MarkedMembershipRow extends MarkerRow {
  readonly user_id: string
  readonly id: string
  readonly since_seq: string
  readonly seq: string
  readonly is_set: boolean
}

const isBehind = (row: MarkedMembershipRow): boolean => Number(row.marker_seq) < Number(row.seq)

/**
 * The counts up to the heads of the rows: they are the same, whatever was stored since these were read. Rooms that are
 * read completely are not counted.
 */
const countUnread = async (
  session: DatabaseSession,
  rows: readonly MarkedMembershipRow[],
): Promise<ReadonlyMap<MarkedMembershipRow, UnreadRow>> => {
  const counts = new Map<MarkedMembershipRow, UnreadRow>()
  for (const some of chunks(rows.filter(isBehind), roomsPerStatement)) {
    const values = [
      some.map(({ id }) => id),
      some.map(({ user_id: user }) => user),
      some.map(({ marker_seq: seq }) => seq),
      some.map(({ is_set: isSet }) => isSet),
      some.map(({ seq }) => seq),
    ]
    const found = await session.run<UnreadRow>(countUnreadStatement, values)
    for (const [index, row] of some.entries()) counts.set(row, found[index] as UnreadRow)
  }
  return counts
}

const nothingUnread: UnreadRow = { unread: '0', mentions: '0' }

const membershipOf = (row: MarkedMembershipRow, counts: UnreadRow = nothingUnread): UnreadMembership => ({
  room: row.id,
  since: Number(row.since_seq),
  head: Number(row.seq),
  read: markerOf(row),
  ...unreadOf(counts),
})

/** The present memberships of users, with the unread messages; of a user with more than `most`, only `most + 1`. */
export const unreadMembershipsOf = async (
  session: DatabaseSession,
  users: readonly string[],
  most?: number,
): Promise<ReadonlyMap<string, readonly UnreadMembership[]>> => {
  if (users.length === 0) return new Map()
  const values = [[...new Set(users)], most === undefined ? null : most + 1]
  const rows = await session.run<MarkedMembershipRow>(readMarkedMembershipsStatement, values)
  const counts = await countUnread(session, rows)
  const byUser = Map.groupBy(rows, ({ user_id: user }) => user)
  return new Map([...byUser].map(([user, all]) => [user, all.map((row) => membershipOf(row, counts.get(row)))]))
}
