import type {
  ChatListEntry,
  ChatPage,
  ChatQuery,
  MessagePage,
  MessageQuery,
  ReadModel,
  RoomMembership,
} from '../../../shared/ports/read-model.ts'
import { eventDigest } from '../../../shared/records/event-digest.ts'
import { roomsDigest } from '../../../shared/records/rooms-digest.ts'
import { fitting } from './fitting.ts'
import { readCursor, writeCursor } from './memory-cursor.ts'
import type { ChatRow, MemoryTables } from './memory-tables.ts'
import { isMember, presentMembers } from './memory-tables.ts'

interface Settings {
  readonly epoch: string
  readonly level: () => number
  readonly pageBytes: number
}

export const memoryReadModel = (tables: MemoryTables, { epoch, level, pageBytes }: Settings): ReadModel => ({
  meta: async () => ({ epoch, level: level() }),
  heads: async (rooms) => new Map(rooms.flatMap((room) => chatOf(tables, room).map(({ head }) => [room, head] as const))),
  changedHeads: async (known) =>
    new Map(
      [...known].flatMap(([room, { seq, digest }]) => {
        const head = tables.chats.get(room)?.head ?? 0
        const event = tables.events.get(room)?.get(seq)
        const isOther = head < seq || (digest !== undefined && (event === undefined || eventDigest(event) !== digest))
        return isOther || head !== seq ? [[room, { head, isOther }] as const] : []
      }),
    ),
  memberships: async (users, most = Number.POSITIVE_INFINITY) =>
    new Map([...membershipsByUser(tables, users)].map(([user, rooms]) => [user, rooms.slice(0, most + 1)])),
  changedMemberships: async (digests) => {
    const all = [...digests].map(([user, digest]) => ({
      user,
      digest,
      rooms: membershipsOf(tables, user).map(({ room }) => room),
    }))
    const changed = all.filter(({ digest, rooms }) => digest !== roomsDigest(rooms))
    return new Map(changed.map(({ user }) => [user, membershipsOf(tables, user)]))
  },
  usersByExternalId: async (ids) =>
    new Map(
      ids.flatMap((id) => {
        const user = tables.usersByExternalId.get(id)
        return user === undefined ? [] : [[id, user] as const]
      }),
    ),
  usersById: async (ids, viewer) =>
    [...new Set(ids)]
      .flatMap((id) => tables.usersById.get(id) ?? [])
      .filter(({ id }) => viewer === undefined || id === viewer || shareChat(tables, id, viewer)),
  chatsOf: async (query) => chatPage(tables, query, pageBytes),
  messagesOf: async (query) => messagePage(tables, query, pageBytes),
})

const chatOf = (tables: MemoryTables, room: string): readonly ChatRow[] => {
  const chat = tables.chats.get(room)
  return chat === undefined ? [] : [chat]
}

const membershipsOf = (tables: MemoryTables, user: string): readonly RoomMembership[] =>
  [...tables.chats.values()].flatMap((chat) => {
    const span = chat.members.get(user)
    return span === undefined || span.until !== undefined ? [] : [{ room: chat.id, since: span.since, head: chat.head }]
  })

const membershipsByUser = (tables: MemoryTables, users: readonly string[]): ReadonlyMap<string, readonly RoomMembership[]> =>
  new Map(users.map((user) => [user, membershipsOf(tables, user)] as const).filter(([, rooms]) => rooms.length > 0))

const shareChat = (tables: MemoryTables, one: string, other: string): boolean =>
  [...tables.chats.values()].some((chat) => isMember(chat, one) && isMember(chat, other))

/** Most recent activity first; ties are ordered by id. */
const byActivity = (a: ChatRow, b: ChatRow): number => (isBefore(b, [a.lastAt, a.id]) ? -1 : 1)

const isBefore = (chat: ChatRow, [at, id]: readonly [string, string]): boolean =>
  chat.lastAt < at || (chat.lastAt === at && chat.id < id)

const listed = (chat: ChatRow): ChatListEntry => ({
  id: chat.id,
  name: chat.name,
  users: presentMembers(chat),
  created_at: chat.createdAt,
  modified_at: chat.modifiedAt,
  seq: chat.head,
})

const chatPage = (tables: MemoryTables, { user, limit, cursor }: ChatQuery, pageBytes: number): ChatPage => {
  const from = cursor === undefined ? undefined : readCursor('chats', cursor)
  const rest = [...tables.chats.values()]
    .filter((chat) => isMember(chat, user) && (from === undefined || isBefore(chat, [from.at, from.id])))
    .sort(byActivity)
  const chats = fitting(rest.slice(0, limit).map(listed), pageBytes - listOverheadBytes, (chat) => `${JSON.stringify(chat)},`)
  const last = rest[chats.length - 1]
  if (rest.length === chats.length || last === undefined) return { chats }
  return { chats, nextCursor: writeCursor('chats', { at: last.lastAt, id: last.id }) }
}

/** Bytes of the brackets and the cursor of a page. */
const listOverheadBytes = 200

const messagePage = (tables: MemoryTables, query: MessageQuery, pageBytes: number): MessagePage | undefined => {
  const { from, to, after, before } = query
  const requested = { isForward: from !== undefined || after !== undefined, from, to, after, before }
  const range = query.cursor === undefined ? requested : readCursor('messages', query.cursor)
  const chat = tables.chats.get(query.room)
  if (chat === undefined || !isMember(chat, query.reader)) return undefined
  const rest = messagesIn(tables, query.room, range)
  if (!range.isForward) rest.reverse()
  const page = fitting(rest.slice(0, query.limit), pageBytes, ({ data }) => data)
  const messages = (range.isForward ? page : page.toReversed()).map(({ seq, data }) => ({ seq, data }))
  const last = page.at(-1)
  if (page.length === rest.length || last === undefined) return { messages }
  const onwards = range.isForward ? { after: last.seq } : { before: last.seq }
  return { messages, nextCursor: writeCursor('messages', { ...range, ...onwards }) }
}

type Range = Pick<MessageQuery, 'from' | 'to' | 'after' | 'before'>

/** Ascending. */
const messagesIn = (tables: MemoryTables, room: string, { from, to, after = 0, before = Number.POSITIVE_INFINITY }: Range) => {
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)
  return (tables.messages.get(room) ?? [])
    .filter(({ seq, atMs }) => seq > after && seq < before && atMs >= fromMs && atMs < toMs)
    .sort((a, b) => a.seq - b.seq)
}
