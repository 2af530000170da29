import type { ChatState } from '../../shared/domain/chat.ts'
import { noChat } from '../../shared/domain/chat.ts'
import type { User } from '../../shared/domain/events.ts'
import type { Loaded, Touched } from '../../shared/ports/event-store.ts'
import { outcomesJson, parseOutcomes } from './outcomes.ts'
import type { Session, Statement } from './statement.ts'
import { isoText } from './statement.ts'
import type { UserRow } from './user-rows.ts'
import { userJson, userOf } from './user-rows.ts'

/** In id order, so that two writers never wait for each other in a circle. */
const lockChats: Statement = {
  name: 'lock-chats',
  text: 'select from chat where id = any($1::uuid[]) order by id for update',
}

/** A statement of its own after the lock: one that waited for a lock sees other tables as they were before. */
const loadTouched: Statement = {
  name: 'load-touched',
  text: `select
    (select json_agg(json_build_object('id', id, 'seq', seq, 'lastAt', ${isoText('last_at')}, 'name', name,
        'createdBy', created_by, 'memberCount', member_count))::text
      from chat where id = any($1::uuid[])) as chats,
    (select json_agg(json_build_object('room', chat_id, 'user', user_id))::text
      from unnest($2::uuid[], $3::uuid[]) as asked (room, member)
      join chat_member on chat_id = asked.room and user_id = asked.member and until_seq is null) as members,
    (select json_agg(id)::text from app_user where id = any($4::uuid[])) as known_users,
    (select json_agg(${userJson})::text from app_user where external_id = any($5::text[])) as users,
    ${outcomesJson('$6', '$7', '$8')} as outcomes,
    (select json_agg(json_build_object('user', counted.id, 'chats', (
        select count(*) from (select from chat_member where user_id = counted.id and until_seq is null limit $10::int) as present
      )))::text from unnest($9::uuid[]) as counted (id)) as chat_counts`,
}

interface LoadedRow {
  readonly chats: string | null
  readonly members: string | null
  readonly known_users: string | null
  readonly users: string | null
  readonly outcomes: string | null
  readonly chat_counts: string | null
}

type ChatRow = Pick<ChatState, 'seq' | 'lastAt' | 'name' | 'createdBy' | 'memberCount'> & { readonly id: string }
type ChatCount = { readonly user: string; readonly chats: number }
type Member = Touched['members'][number]

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

const chatsOf = (row: LoadedRow | undefined): ReadonlyMap<string, ChatState> => {
  const members = membersByRoom(listOf<Member>(row?.members))
  return new Map(
    listOf<ChatRow>(row?.chats).map(({ id, ...chat }) => [
      id,
      { ...noChat, ...chat, members: members.get(id) ?? noChat.members },
    ]),
  )
}

const usersByExternalId = (rows: readonly UserRow[]): ReadonlyMap<string, User> =>
  new Map(rows.map((row) => [row.external_id, userOf(row)]))

const valuesOf = (touched: Touched, rooms: readonly string[]): readonly unknown[] => {
  const members = distinct(touched.members, ({ room, user }) => `${room} ${user}`)
  const commands = distinct(touched.commands, ({ room, id, digest }) => `${room} ${id} ${digest}`)
  return [
    rooms,
    members.map(({ room }) => room),
    members.map(({ user }) => user),
    [...new Set(touched.users)],
    [...new Set(touched.externalIds)],
    commands.map(({ room }) => room),
    commands.map(({ id }) => id),
    commands.map(({ digest }) => digest),
    [...new Set(touched.chatCounts.users)],
    touched.chatCounts.upTo,
  ]
}

/** Locks the rooms that exist, then reads what the batch needs to be decided. Needs a transaction. */
export const lockAndLoad = async (session: Session, touched: Touched): Promise<Loaded> => {
  const rooms = [...new Set(touched.rooms)]
  if (rooms.length > 0) await session.run(lockChats, [rooms])
  const [row] = await session.run<LoadedRow>(loadTouched, valuesOf(touched, rooms))
  return {
    chats: chatsOf(row),
    knownUsers: new Set(listOf<string>(row?.known_users)),
    users: usersByExternalId(listOf<UserRow>(row?.users)),
    chatCounts: new Map(listOf<ChatCount>(row?.chat_counts).map(({ user, chats }) => [user, chats])),
    outcomes: parseOutcomes(row?.outcomes ?? null),
  }
}
