import { roleName, roles } from '../../../shared/domain/roles.ts'
import { neededFor } from '../../../shared/domain/rules.ts'
import type {
  BlockPage,
  BlockQuery,
  ChatListEntry,
  ChatPage,
  ChatQuery,
  ReadModel,
  RoomMembership,
} from '../../../shared/ports/read-model.ts'
import { eventDigest } from '../../../shared/records/event-digest.ts'
import { roomsDigest } from '../../../shared/records/rooms-digest.ts'
import { entriesInPage } from './entries-in-page.ts'
import { readCursor, writeCursor } from './memory-cursor.ts'
import { lastingRole, memberPage, roleNow } from './memory-member-list.ts'
import { memberSettings, unreadState } from './memory-member-states.ts'
import { attachmentsOf, messagePage, reactionPage, versionPage } from './memory-message-list.ts'
import type { ChatRow, MemoryTables } from './memory-rows.ts'
import { isMember, presentMembers } from './memory-tables.ts'

interface Settings {
  readonly epoch: string
  readonly level: () => number
  readonly pageBytes: number
  readonly now: () => string
}

export const memoryReadModel = (tables: MemoryTables, { epoch, level, pageBytes, now }: Settings): ReadModel => ({
  meta: async () => ({ epoch, level: level() }),
  heads: async (rooms) => new Map(rooms.flatMap((room) => chatOf(tables, room).map(({ head }) => [room, head] as const))),
  memberCounts: async (rooms) =>
    new Map(rooms.flatMap((room) => chatOf(tables, room).map((chat) => [room, presentMembers(chat).length] as const))),
  signalRoles: async (members) =>
    members.map(({ room, user }) => {
      const chat = tables.chats.get(room)
      if (chat === undefined || !isMember(chat, user)) return undefined
      return { role: roles[roleNow(chat, user, now()).role], needed: roles[neededFor('signal', chat.rules ?? {})] }
    }),
  changedHeads: async (known) =>
    new Map(
      [...known].flatMap(([room, { seq, digest }]) => {
        const head = tables.chats.get(room)?.head ?? 0
        const event = tables.events.get(room)?.get(seq)
        const isContradicted = head < seq || (digest !== undefined && (event === undefined || eventDigest(event) !== digest))
        return isContradicted || head !== seq ? [[room, { head, isContradicted }] as const] : []
      }),
    ),
  memberships: async (users, most = Number.POSITIVE_INFINITY) =>
    new Map([...membershipsByUser(tables, users)].map(([user, rooms]) => [user, rooms.slice(0, most + 1)])),
  unreadMemberships: async (users, most = Number.POSITIVE_INFINITY) =>
    new Map(
      [...membershipsByUser(tables, users)].map(([user, rooms]) => [
        user,
        rooms.slice(0, most + 1).flatMap((membership) => {
          const chat = tables.chats.get(membership.room)
          return chat === undefined ? [] : [{ ...membership, ...unreadState(tables, chat, user) }]
        }),
      ]),
    ),
  changedMemberships: async (digests) => {
    const all = [...digests].map(([user, digest]) => ({
      user,
      digest,
      rooms: membershipsOf(tables, user).map(({ room }) => room),
    }))
    const isErased = (user: string): boolean => tables.usersById.get(user)?.erased === true
    const changed = all.filter(({ user, digest, rooms }) => digest !== roomsDigest(rooms) || isErased(user))
    return new Map(changed.map(({ user }) => [user, isErased(user) ? 'erased' : membershipsOf(tables, user)]))
  },
  usersByExternalId: async (ids) =>
    new Map(
      ids.flatMap((id) => {
        const user = tables.usersByExternalId.get(id)
        return user === undefined ? [] : [[id, user] as const]
      }),
    ),
  lastErasureMs: async () => {
    const times = [...tables.usersById.values()]
      .filter(({ erased }) => erased === true)
      .map((user) => Date.parse(user.modified_at))
    return times.length === 0 ? undefined : Math.max(...times)
  },
  usersById: async (ids, viewer) =>
    [...new Set(ids)]
      .flatMap((id) => tables.usersById.get(id) ?? [])
      .filter(({ id }) => viewer === undefined || id === viewer || shareChat(tables, id, viewer)),
  chatsOf: async (query) => chatPage(tables, query, pageBytes, now()),
  blocksOf: async (query) => blockPage(tables, query),
  messagesOf: async (query) => messagePage(tables, query, pageBytes),
  membersOf: async (query) => memberPage(tables, query, now()),
  rightsOf: async (room, user) => {
    const chat = tables.chats.get(room)
    if (chat === undefined || !isMember(chat, user)) return undefined
    return { role: roles[roleNow(chat, user, now()).role], rules: chat.rules ?? {}, isDirect: chat.name === '' }
  },
  attachmentsOf: async (query) => attachmentsOf(tables, query),
  reactionsOf: async (query) => reactionPage(tables, query),
  versionsOf: async (query) => versionPage(tables, query, pageBytes),
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
const byActivity = (a: ChatRow, b: ChatRow): number => (isBefore(b, [a.activeAt, a.id]) ? -1 : 1)

const isBefore = (chat: ChatRow, [at, id]: readonly [string, string]): boolean =>
  chat.activeAt < at || (chat.activeAt === at && chat.id < id)

const peerIn = (tables: MemoryTables, chat: ChatRow, viewer: string): Pick<ChatListEntry, 'direct' | 'peer'> => {
  const peer = tables.usersById.get(presentMembers(chat).find((user) => user !== viewer) ?? '')
  if (chat.name !== '' || peer === undefined) return {}
  const { data: _, created_at: __, modified_at: ___, ...shown } = peer
  return { direct: true, peer: shown }
}

/** A field that was emptied is absent again. */
const contentOf = ({ image, data, rules }: ChatRow): Pick<ChatListEntry, 'image' | 'data' | 'rules'> => ({
  ...(image ? { image } : {}),
  ...(data === undefined || Object.keys(data).length === 0 ? {} : { data }),
  ...(rules === undefined || Object.keys(rules).length === 0 ? {} : { rules }),
})

const listed = (tables: MemoryTables, chat: ChatRow, viewer: string, now: string): ChatListEntry => {
  const { role, until } = roleNow(chat, viewer, now)
  return {
    id: chat.id,
    name: chat.name,
    users: presentMembers(chat),
    created_at: chat.createdAt,
    modified_at: chat.modifiedAt,
    seq: chat.head,
    ...unreadState(tables, chat, viewer),
    settings: memberSettings(tables, chat.id, viewer),
    ...contentOf(chat),
    ...(role === 'member' ? {} : { role }),
    ...(until === undefined ? {} : { role_until: until, role_after: roleName(lastingRole(chat, viewer)) }),
    ...peerIn(tables, chat, viewer),
  }
}

const blockPage = (tables: MemoryTables, { user, limit, cursor }: BlockQuery): BlockPage => {
  const after = cursor === undefined ? '' : readCursor('blocks', cursor).user
  const rest = [...tables.blocks.values()]
    .filter((block) => block.user === user && block.blocked > after)
    .sort((a, b) => (a.blocked < b.blocked ? -1 : 1))
  const blocks = rest.slice(0, limit).map(({ blocked, createdAt }) => ({ user: blocked, createdAt }))
  const last = blocks.at(-1)
  return rest.length === blocks.length || last === undefined
    ? { blocks }
    : { blocks, nextCursor: writeCursor('blocks', { user: last.user }) }
}

const chatPage = (tables: MemoryTables, { user, limit, cursor }: ChatQuery, pageBytes: number, now: string): ChatPage => {
  const from = cursor === undefined ? undefined : readCursor('chats', cursor)
  const rest = [...tables.chats.values()]
    .filter((chat) => isMember(chat, user) && (from === undefined || isBefore(chat, [from.at, from.id])))
    .sort(byActivity)
  const chats = entriesInPage(
    rest.slice(0, limit).map((chat) => listed(tables, chat, user, now)),
    pageBytes - listOverheadBytes,
    (chat) => `${JSON.stringify(chat)},`,
  )
  const last = rest[chats.length - 1]
  if (rest.length === chats.length || last === undefined) return { chats }
  return { chats, nextCursor: writeCursor('chats', { at: last.activeAt, id: last.id }) }
}

/** Bytes of the brackets and the cursor of a page. */
const listOverheadBytes = 200
