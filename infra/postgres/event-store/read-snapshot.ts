import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import type { User } from '../../../shared/domain/events.ts'
import type { ReadSet, Snapshot } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import type { UserRow } from '../read-model/user-rows.ts'
import { userJson, userOf } from '../read-model/user-rows.ts'
import { countChats } from './count-chats.ts'
import { outcomesJson, parseOutcomes } from './outcomes.ts'
import type { MessagesRow } from './read-messages.ts'
import { messagesJson, messagesOf, messagesValues } from './read-messages.ts'
import { readBlocks, readUsers } from './read-users.ts'

/** One statement, and therefore one snapshot of heads and memberships. */
export const readSnapshotStatement: Statement = {
  name: 'read-snapshot',
  text: `select
    (select json_agg(json_build_object('id', id, 'seq', seq, 'lastAt', ${isoText('last_at')}, 'name', name,
        'createdBy', created_by, 'memberCount', member_count))::text
      from chat where id = any($1::uuid[])) as chats,
    (select json_agg(json_build_object('room', chat_id, 'user', user_id))::text
      from unnest($2::uuid[], $3::uuid[]) as asked (room, member)
      cross join lateral (
        select chat_id, user_id from chat_member where chat_id = asked.room and user_id = asked.member and until_seq is null limit 1
      ) as present) as members,
    (select json_agg(id)::text from app_user where id = any($4::uuid[])) as known_users,
    (select json_agg(${userJson})::text from app_user where external_id = any($5::text[])) as users,
    ${outcomesJson('$6', '$7', '$8')} as outcomes,
    ${messagesJson(9)}`,
}

interface SnapshotRow extends MessagesRow {
  readonly chats: string | null
  readonly members: string | null
  readonly known_users: string | null
  readonly users: string | null
  readonly outcomes: string | null
}

type ChatStateRow = Pick<ChatState, 'seq' | 'lastAt' | 'name' | 'createdBy' | 'memberCount'> & { readonly id: string }
type Member = ReadSet['members'][number]

const listOf = <Item>(json: string | null | undefined): readonly Item[] => (json ? (JSON.parse(json) as Item[]) : [])

const distinct = <Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
]

const membersByRoom = (members: readonly Member[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const byRoom = new Map<string, Set<string>>()
  for (const { room, user } of members) {
    const known = byRoom.get(room)
    if (known === undefined) byRoom.set(room, new Set([user]))
    else known.add(user)
  }
  return byRoom
}

const chatsOf = (row: SnapshotRow | undefined): ReadonlyMap<string, ChatState> => {
  const members = membersByRoom(listOf<Member>(row?.members))
  return new Map(
    listOf<ChatStateRow>(row?.chats).map(({ id, ...chat }) => [
      id,
      { ...noChat, ...chat, members: members.get(id) ?? noChat.members },
    ]),
  )
}

const usersByExternalId = (rows: readonly UserRow[]): ReadonlyMap<string, User> =>
  new Map(rows.map((row) => [row.external_id, userOf(row)]))

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
    users: usersByExternalId(listOf<UserRow>(row?.users)),
    userStreams,
    blocks: await readBlocks(session, wanted),
    chatCounts: await countChats(session, wanted.chatCounts),
    outcomes: parseOutcomes(row?.outcomes ?? null),
  }
}
