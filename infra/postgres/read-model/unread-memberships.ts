import type { UnreadMembership } from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { UnreadRow } from './unread.ts'
import { unreadCells, unreadOf } from './unread.ts'

const unread = unreadCells({
  room: 'chat.id',
  user: 'chat_member.user_id',
  head: 'chat.seq',
  since: 'chat_member.since_seq',
  markedSeq: 'state.seq',
})

/** Exported so that a test can examine its plan. */
export const readUnreadMembershipsStatement: Statement = {
  name: 'read-unread-memberships',
  text: `select chat_member.user_id, chat.id, chat_member.since_seq, chat.seq, state.gen, ${unread}
    from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select * from chat_member as present
      where present.user_id = asked.user_id and present.until_seq is null limit $2::int
    ) as chat_member
    join chat on chat.id = chat_member.chat_id
    left join member_state as state on state.chat_id = chat_member.chat_id and state.user_id = chat_member.user_id`,
}

interface UnreadMembershipRow extends UnreadRow {
  readonly user_id: string
  readonly id: string
  readonly since_seq: string
  readonly seq: string
}

const membershipOf = (row: UnreadMembershipRow): UnreadMembership => ({
  room: row.id,
  since: Number(row.since_seq),
  head: Number(row.seq),
  ...unreadOf(row),
})

/** The present memberships of users, with the unread messages; of a user with more than `most`, only `most + 1`. */
export const unreadMembershipsOf = async (
  session: DatabaseSession,
  users: readonly string[],
  most?: number,
): Promise<ReadonlyMap<string, readonly UnreadMembership[]>> => {
  if (users.length === 0) return new Map()
  const values = [[...new Set(users)], most === undefined ? null : most + 1]
  const rows = await session.run<UnreadMembershipRow>(readUnreadMembershipsStatement, values)
  const byUser = Map.groupBy(rows, ({ user_id: user }) => user)
  return new Map([...byUser].map(([user, all]) => [user, all.map(membershipOf)]))
}
