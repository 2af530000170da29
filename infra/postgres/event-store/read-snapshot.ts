import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import type { User } from '../../../shared/domain/events.ts'
import type { Rules } from '../../../shared/domain/rules.ts'
import type { ReadSet, Snapshot } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import type { UserRow } from '../read-model/user-rows.ts'
import { userJson, userOf } from '../read-model/user-rows.ts'
import { countChats } from './count-chats.ts'
import type { MemberRow } from './member-rows.ts'
import { membersOf, ownersJson } from './member-rows.ts'
import { outcomesJson, parseOutcomes } from './outcomes.ts'
import type { MessagesRow } from './read-messages.ts'
import { messagesJson, messagesOf, messagesValues } from './read-messages.ts'
import { readBlocks, readUsers } from './read-users.ts'

/** One statement, and therefore one snapshot of heads and memberships. */
export const readSnapshotStatement: Statement = {
  name: 'read-snapshot',
  text: `select
    (select json_agg(json_build_object('id', id, 'seq', seq, 'lastAt', ${isoText('last_at')}, 'name', name,
        'createdBy', created_by, 'memberCount', member_count, 'rules', rules))::text
      from chat where id = any($1::uuid[])) as chats,
    (select json_agg(json_build_object('room', chat_id, 'user', user_id, 'isMember', until_seq is null, 'role', role,
        'loweredRole', lowered_role, 'loweredUntil', ${isoText('lowered_until')}))::text
      from unnest($2::uuid[], $3::uuid[]) as asked (room, member)
      cross join lateral (
        select * from chat_member where chat_id = asked.room and user_id = asked.member limit 1
      ) as named) as members,
    (select json_agg(id)::text from app_user where id = any($4::uuid[]) and external_id is not null) as known_users,
    (select json_agg(${userJson})::text from app_user where external_id = any($5::text[])) as users,
    ${outcomesJson('$6', '$7', '$8')} as outcomes,
    ${messagesJson(9)},
    ${ownersJson(15)} as owners`,
}

interface SnapshotRow extends MessagesRow {
  readonly chats: string | null
  readonly members: string | null
  readonly known_users: string | null
  readonly users: string | null
  readonly outcomes: string | null
  readonly owners: string | null
}

type ChatStateRow = Pick<ChatState, 'seq' | 'lastAt' | 'name' | 'createdBy' | 'memberCount'> & {
  readonly id: string
  readonly rules: string | null
}

const listOf = <Item>(json: string | null | undefined): readonly Item[] => (json ? (JSON.parse(json) as Item[]) : [])

const distinct = <Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
]

const chatsOf = (row: SnapshotRow | undefined): ReadonlyMap<string, ChatState> => {
  const byRoom = Map.groupBy(listOf<MemberRow>(row?.members), ({ room }) => room)
  return new Map(
    listOf<ChatStateRow>(row?.chats).map(({ id, rules, ...chat }) => {
      const own = rules === null ? noChat.rules : (JSON.parse(rules) as Rules)
      return [id, { ...noChat, ...chat, rules: own, ...membersOf(byRoom.get(id) ?? []) }]
    }),
  )
}

const usersByExternalId = (rows: readonly UserRow[]): ReadonlyMap<string, User> =>
  new Map(rows.map(userOf).map((user) => [user.externalUserId, user]))

/** The arguments of the statement, without duplicates. */
export const snapshotValues = (wanted: ReadSet): readonly unknown[] => {
  const members = distinct(wanted.members, ({ room, user }) => `${room} ${user}`)
  const commands = distinct(wanted.commands, ({ room, id, digest }) => `${room} ${id} ${digest}`)
  return [
    [...new Set(wanted.rooms)],
    members.map(({ room }) => room),
    members.map(({ user }) => user),
    [...new Set(wanted.users)],
    [...new Set(wanted.externalIds)],
    commands.map(({ room }) => room),
    commands.map(({ id }) => id),
    commands.map(({ digest }) => digest),
    ...messagesValues(wanted),
    [...new Set(wanted.owners)],
  ]
}

/** Reads the state that a batch needs for its decisions. Takes no locks: the append compares the heads. */
export const readSnapshot = async (session: DatabaseSession, wanted: ReadSet): Promise<Snapshot> => {
  const userStreams = await readUsers(session, wanted)
  const [row] = await session.run<SnapshotRow>(readSnapshotStatement, snapshotValues(wanted))
  return {
    chats: chatsOf(row),
    knownUsers: new Set(listOf<string>(row?.known_users)),
    messages: messagesOf(wanted, row),
    owners: new Map(listOf<readonly [string, number]>(row?.owners)),
    users: usersByExternalId(listOf<UserRow>(row?.users)),
    userStreams,
    blocks: await readBlocks(session, wanted),
    chatCounts: await countChats(session, wanted.chatCounts),
    outcomes: parseOutcomes(row?.outcomes ?? null),
  }
}
