import { blockKeyText } from '../../../shared/domain/blocks.ts'
import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import type { User } from '../../../shared/domain/events.ts'
import { reactionKeyText } from '../../../shared/domain/message-state.ts'
import { roles, roleWithout } from '../../../shared/domain/roles.ts'
import type {
  Append,
  Appender,
  AppendResult,
  CommandKey,
  EventStore,
  MembershipSpan,
  Page,
  PageRequest,
  ReadSet,
  RecordedOutcome,
  Snapshot,
  StoredEvent,
} from '../../../shared/ports/event-store.ts'
import { commandKeyText, isOutcomeOf, StoreError } from '../../../shared/ports/event-store.ts'
import { entriesInPage } from './entries-in-page.ts'
import { messageOf } from './memory-messages.ts'
import type { ChatRow, MemoryTables } from './memory-rows.ts'
import { append, clear, isMember, isStale, presentMembers, reservesItsId } from './memory-tables.ts'
import { roomLocks } from './room-locks.ts'

/** The points of an append, and before a read, at which other calls may interleave. The locks are held at 'before-commit'. */
export type StorePoint = 'before-read' | 'before-lock' | 'before-commit' | 'after-commit'

interface Settings {
  readonly pause: (point: StorePoint) => Promise<void>
  /** Called before the events of an append are visible. */
  readonly onCommit: (batch: Append) => void
  readonly pageBytes: number
}

/** The store, and the connections of its appenders. */
export interface MemoryEventStore extends EventStore {
  /** Ends every connection; a pending append may still be stored. */
  breakConnections(): void
  /**
   * Simulates the fail-over to a standby that lacks the last commits: these are
   * lost, pending appends fail, and every connection ends.
   */
  failOver(lostCommits: number): void
}

export const memoryEventStore = (tables: MemoryTables, { pause, onCommit, pageBytes }: Settings): MemoryEventStore => {
  const locks = roomLocks()
  const commits: Append[] = []
  let failOvers = 0
  const losses = new Set<() => void>()

  const appendNow = async (batch: Append): Promise<AppendResult> => {
    const began = failOvers
    await pause('before-lock')
    const releases: (() => void)[] = []
    try {
      for (const room of [...[...batch.heads.keys()].sort(), ...[...batch.userHeads.keys()].sort()])
        releases.push(await locks.lock(room))
      await pause('before-commit')
      if (began !== failOvers) throw new StoreError('unavailable', 'the server is gone')
      if (isStale(tables, batch)) return 'stale'
      onCommit(batch)
      append(tables, batch)
      commits.push(batch)
    } finally {
      for (const release of releases) release()
    }
    await pause('after-commit')
    return 'appended'
  }

  const openAppender = async (): Promise<Appender> => {
    const loss = Promise.withResolvers<void>()
    let isLost = false
    const lose = (): void => {
      isLost = true
      losses.delete(lose)
      loss.resolve()
    }
    losses.add(lose)
    const whileConnected = async <T>(call: () => Promise<T>): Promise<T> => {
      if (isLost) throw new StoreError('unavailable', 'the connection is lost')
      const ended = loss.promise.then(() => {
        throw new StoreError('unavailable', 'the connection is lost')
      })
      return Promise.race([call(), ended])
    }
    return {
      read: (wanted) =>
        whileConnected(async () => {
          await pause('before-read')
          return readSnapshot(tables, wanted)
        }),
      append: (batch) => whileConnected(() => appendNow(batch)),
      lost: loss.promise,
      close: async () => lose(),
    }
  }

  const breakConnections = (): void => {
    for (const lose of [...losses]) lose()
  }

  return {
    openAppender,
    breakConnections,
    failOver: (lostCommits) => {
      failOvers += 1
      commits.splice(Math.max(0, commits.length - lostCommits))
      clear(tables)
      for (const batch of commits) append(tables, batch)
      breakConnections()
    },
    readPages: async (requests) => requests.map((request) => readPage(tables, request, pageBytes)),
    outcomes: async (keys) =>
      keys.map(({ room, id, digest }) => tables.outcomes.get(commandKeyText(room, id))?.find(isOutcomeOf(digest))),
  }
}

const isKnown = (user: User | undefined): boolean => user !== undefined && user.erased !== true

const readSnapshot = (tables: MemoryTables, wanted: ReadSet): Snapshot => ({
  chats: chatsOf(tables, wanted),
  knownUsers: new Set(wanted.users.filter((user) => isKnown(tables.usersById.get(user)))),
  messages: messagesIn(tables, wanted),
  owners: found(wanted.owners, (room) => countOwners(tables, room)),
  userStreams: found(wanted.userStreams, (id) => {
    const user = tables.usersById.get(id)
    const blockCount = [...tables.blocks.values()].filter((block) => block.user === id).length
    return user && { user, seq: tables.userHeads.get(id) ?? 0, blockCount }
  }),
  blocks: new Set(wanted.blocks.map(blockKeyText).filter((key) => tables.blocks.has(key))),
  users: found(wanted.externalIds, (id) => tables.usersByExternalId.get(id)),
  chatCounts: new Map(wanted.chatCounts.users.map((user) => [user, countChats(tables, user, wanted.chatCounts.upTo)])),
  outcomes: outcomesOf(tables, wanted.commands),
})

/** The messages asked for, each with the reactions that were asked for. */
const messagesIn = (tables: MemoryTables, { messages, reactions }: ReadSet): Snapshot['messages'] =>
  new Map(
    [...Map.groupBy(messages, ({ room }) => room)].map(([room, asked]) => {
      const named = new Set(reactions.map(({ user, reaction }) => reactionKeyText(user, reaction)))
      const entries = asked.map(({ id }) => {
        const state = messageOf(tables, room, id)?.state
        return [id, state && { ...state, reacted: state.reacted.intersection(named) }] as const
      })
      const pins = tables.messages.get(room)?.filter(({ state }) => state.isPinned).length ?? 0
      return [room, { messages: new Map(entries), pins }] as const
    }),
  )

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

const countOwners = (tables: MemoryTables, room: string): number | undefined => {
  const chat = tables.chats.get(room)
  const roleOf = (user: string): number | undefined =>
    chat?.roles.get(user)?.role ?? roleWithout(user === chat?.createdBy && chat.name !== '')
  return chat && presentMembers(chat).filter((user) => roleOf(user) === roles.owner).length
}

const outcomesOf = (tables: MemoryTables, keys: readonly CommandKey[]): ReadonlyMap<string, readonly RecordedOutcome[]> => {
  const keysById = Map.groupBy(keys, ({ room, id }) => commandKeyText(room, id))
  return found(keysById.keys(), (key) => {
    const digests = new Set(keysById.get(key)?.map(({ digest }) => digest))
    const seen = tables.outcomes.get(key)?.filter((outcome) => digests.has(outcome.digest) || reservesItsId(outcome)) ?? []
    return seen.length === 0 ? undefined : seen
  })
}

const chatsOf = (tables: MemoryTables, wanted: ReadSet): ReadonlyMap<string, ChatState> => {
  const membersByRoom = Map.groupBy(wanted.members, ({ room }) => room)
  return found(wanted.rooms, (room) => {
    const chat = tables.chats.get(room)
    return chat && stateOf(chat, membersByRoom.get(room)?.map(({ user }) => user) ?? [])
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
  roles: found(users, (user) => chat.roles.get(user)),
  rules: chat.rules ?? noChat.rules,
})

const readPage = (tables: MemoryTables, { room, after, limit, users }: PageRequest, pageBytes: number): Page => {
  const chat = tables.chats.get(room)
  if (chat === undefined) return { events: [], head: 0, members: new Map() }
  return {
    events: entriesInPage(eventsAfter(tables, room, after, Math.min(chat.head, after + limit)), pageBytes, ({ data }) => data),
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
