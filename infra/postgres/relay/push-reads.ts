import type { NotifiableMember, PushData, PushReads } from '../../../shared/ports/push-reads.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { versionText } from '../read-model/message-list-statement.ts'
import { markerSeq, unreadCell } from '../read-model/unread.ts'

const memberCount = '(select member_count from chat where id = $1::uuid)'
const marker = markerSeq('state.seq', 'member.since_seq')

/** SQL for some of the present members of a chat. */
const membersWhere = (condition: string): string => `select member.user_id, member.since_seq, ${marker} as marker_seq,
      coalesce(state.muted_until > now(), false) as is_muted
    from chat_member as member
    left join member_state as state on state.chat_id = member.chat_id and state.user_id = member.user_id
    where member.chat_id = $1::uuid and member.until_seq is null and ${condition}`

/**
 * The size of the chat selects one of the two parts, and the other reads nothing. `since_seq >= 0` allows the index of the
 * present members of a chat. Exported so that a test can examine its plan.
 */
export const readNotifiableStatement: Statement = {
  name: 'push-members',
  text: `${membersWhere(`${memberCount} <= $3::int and member.since_seq >= 0`)}
    union all
    ${membersWhere(`${memberCount} > $3::int and member.user_id = any($2::uuid[])`)}`,
}

const unread = unreadCell({
  room: 'entry.chat_id',
  head: 'chat.seq',
  seq: marker,
  isSet: '(state.seq is not null)',
})

/** One row, and therefore one snapshot. Exported so that a test can examine its plan. */
export const readPushStatement: Statement = {
  name: 'push-message',
  text: `select ${versionText} as message, chat.name as chat_name, author.id as author, author.external_id, author.name,
      (
        select json_agg(json_build_array(asked.user_id, app_user.external_id, ${unread}) order by asked.place)::text
        from unnest($3::uuid[]) with ordinality as asked (user_id, place)
        join chat_member as member on member.chat_id = entry.chat_id and member.user_id = asked.user_id and member.until_seq is null
        join app_user on app_user.id = asked.user_id and app_user.external_id is not null
        left join member_state as state on state.chat_id = entry.chat_id and state.user_id = asked.user_id
      ) as recipients
    from message as entry
    join event on event.stream = entry.chat_id and event.seq = coalesce(entry.version_seq, entry.seq)
    join chat on chat.id = entry.chat_id
    join app_user as author on author.id = entry.user_id and author.external_id is not null
    where entry.chat_id = $1::uuid and entry.seq = $2::bigint and entry.deleted_seq is null`,
}

interface NotifiableRow {
  readonly user_id: string
  readonly since_seq: string
  readonly marker_seq: string
  readonly is_muted: boolean
}

interface PushRow {
  readonly message: string
  readonly chat_name: string
  readonly author: string
  readonly external_id: string
  readonly name: string | null
  /** Null: none of the users is a member. */
  readonly recipients: string | null
}

type RecipientCells = readonly [user: string, externalUserId: string, unread: number]

const memberOf = (row: NotifiableRow): NotifiableMember => ({
  user: row.user_id,
  since: Number(row.since_seq),
  readUpTo: Number(row.marker_seq),
  isMuted: row.is_muted,
})

const pushOf = (row: PushRow): PushData => ({
  chat: { name: row.chat_name },
  author: { user: row.author, externalUserId: row.external_id, ...(row.name === null ? {} : { name: row.name }) },
  message: row.message,
  recipients: (JSON.parse(row.recipients ?? '[]') as RecipientCells[]).map(([user, externalUserId, count]) => ({
    user,
    externalUserId,
    unread: count,
  })),
})

/** The PushReads on Postgres: one statement a call. */
export const postgresPushReads = (session: DatabaseSession): PushReads => ({
  members: async (room, mentioned, most) =>
    (await session.run<NotifiableRow>(readNotifiableStatement, [room, mentioned, most])).map(memberOf),
  read: async (room, seq, users) => (await session.run<PushRow>(readPushStatement, [room, seq, users])).map(pushOf)[0],
})
