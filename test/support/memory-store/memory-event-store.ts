import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import type {
  CommandKey,
  Decided,
  EventStore,
  Loaded,
  MembershipSpan,
  Outcome,
  Page,
  PageRequest,
  StoredEvent,
  Touched,
} from '../../../shared/ports/event-store.ts'
import { commandKeyText } from '../../../shared/ports/event-store.ts'
import { fitting } from './fitting.ts'
import type { ChatRow, MemoryTables } from './memory-tables.ts'
import { append, checkAppend, isKeeping, isMember, presentMembers } from './memory-tables.ts'
import { roomLocks } from './room-locks.ts'

/** The moments of a transaction at which others may come in between. The rooms' locks are held at the middle two. */
export type StorePoint = 'before-lock' | 'before-read' | 'before-commit' | 'after-commit'

interface Settings {
  readonly pause: (point: StorePoint) => Promise<void>
  readonly pageBytes: number
}

export const memoryEventStore = (tables: MemoryTables, { pause, pageBytes }: Settings): EventStore => {
  const locks = roomLocks()

  /** As in Postgres, only rooms that exist can be locked; two who create one meet at the unique key. */
  const lockRooms = async (rooms: readonly string[], releases: (() => void)[]): Promise<void> => {
    const existing = [...new Set(rooms)].filter((room) => tables.chats.has(room)).sort()
    for (const room of existing) releases.push(await locks.lock(room))
  }

  const transact = async (touched: Touched, decide: (loaded: Loaded) => Decided): Promise<void> => {
    await pause('before-lock')
    const releases: (() => void)[] = []
    try {
      await lockRooms(touched.rooms, releases)
      await pause('before-read')
      const { events, rejections } = decide(load(tables, touched))
      await pause('before-commit')
      checkAppend(tables, events, rejections)
      append(tables, events, rejections)
    } finally {
      for (const release of releases) release()
    }
    await pause('after-commit')
  }

  return {
    transact,
    readPages: async (requests) => requests.map((request) => readPage(tables, request, pageBytes)),
    outcomes: async (keys) =>
      keys.map(({ room, id, digest }) =>
        tables.outcomes.get(commandKeyText(room, id))?.find((outcome) => outcome.digest === digest),
      ),
  }
}

const load = (tables: MemoryTables, touched: Touched): Loaded => ({
  chats: chatsOf(tables, touched),
  knownUsers: new Set(touched.users.filter((user) => tables.usersById.has(user))),
  users: found(touched.externalIds, (id) => tables.usersByExternalId.get(id)),
  chatCounts: new Map(touched.chatCounts.users.map((user) => [user, countChats(tables, user, touched.chatCounts.upTo)])),
  outcomes: outcomesOf(tables, touched.commands),
})

const found = <Value>(keys: Iterable<string>, get: (key: string) => Value | undefined): Map<string, Value> => {
  const values = new Map<string, Value>()
  for (const key of keys) {
    const value = get(key)
    if (value !== undefined) values.set(key, value)
  }
  return values
}

const countChats = (tables: MemoryTables, user: string, upTo: number): number =>
  Math.min(upTo, [...tables.chats.values()].filter((chat) => isMember(chat, user)).length)

const outcomesOf = (tables: MemoryTables, keys: readonly CommandKey[]): ReadonlyMap<string, readonly Outcome[]> => {
  const asked = Map.groupBy(keys, ({ room, id }) => commandKeyText(room, id))
  return found(asked.keys(), (key) => {
    const digests = new Set(asked.get(key)?.map(({ digest }) => digest))
    const seen = tables.outcomes.get(key)?.filter((outcome) => digests.has(outcome.digest) || isKeeping(outcome)) ?? []
    return seen.length === 0 ? undefined : seen
  })
}

const chatsOf = (tables: MemoryTables, touched: Touched): ReadonlyMap<string, ChatState> => {
  const asked = Map.groupBy(touched.members, ({ room }) => room)
  return found(touched.rooms, (room) => {
    const chat = tables.chats.get(room)
    return chat && stateOf(chat, asked.get(room)?.map(({ user }) => user) ?? [])
  })
}

const stateOf = (chat: ChatRow, users: readonly string[]): ChatState => ({
  ...noChat,
  seq: chat.head,
  lastAt: chat.lastAt,
  name: chat.name,
  createdBy: chat.createdBy,
  memberCount: presentMembers(chat).length,
  members: new Set(users.filter((user) => isMember(chat, user))),
})

const readPage = (tables: MemoryTables, { room, after, limit, users }: PageRequest, pageBytes: number): Page => {
  const chat = tables.chats.get(room)
  if (chat === undefined) return { events: [], head: 0, members: new Map() }
  return {
    events: fitting(eventsAfter(tables, room, after, Math.min(chat.head, after + limit)), pageBytes, ({ data }) => data),
    head: chat.head,
    members: found<MembershipSpan>(users, (user) => chat.members.get(user)),
  }
}

const eventsAfter = (tables: MemoryTables, room: string, after: number, last: number): readonly StoredEvent[] => {
  const stream = tables.events.get(room)
  const events: StoredEvent[] = []
  for (let seq = after + 1; seq <= last; seq += 1) {
    const event = stream?.get(seq)
    if (event !== undefined) events.push(event)
  }
  return events
}
