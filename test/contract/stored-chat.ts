import { randomUUID } from 'node:crypto'
import type { User } from '../../shared/domain/events.ts'
import type { Append, Appender, AppendResult, EventStore, NewEvent, ReadSet } from '../../shared/ports/event-store.ts'
import type { MemberStates } from '../../shared/ports/member-state.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { DomainEvent } from '../../shared/room-events/room-events.ts'
import { isUserEvent } from '../../shared/user-events/find-user-event.ts'

/** An adapter under test: a store and the read model that it fills. */
export interface OpenStore {
  readonly store: EventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  [Symbol.asyncDispose](): Promise<void>
}

const firstMs = Date.parse('2025-01-02T03:04:05.006Z')

/** The instant `ms` after the tests' first one. */
export const at = (ms: number): string => new Date(firstMs + ms).toISOString()

/** A read set; everything not named is empty. */
export const reading = (some: Partial<ReadSet>): ReadSet => ({
  rooms: [],
  commands: [],
  members: [],
  users: [],
  externalIds: [],
  userStreams: [],
  blocks: [],
  messages: [],
  reactions: [],
  owners: [],
  chatCounts: { users: [], upTo: 0 },
  ...some,
})

const named = (commandId: string) => ({ commandId, digest: `digest of ${commandId}` })

export const userCreated = (id: string, externalUserId: string, name?: string): DomainEvent => ({
  type: 'UserCreated',
  stream: id,
  seq: 1,
  ...named(id),
  body: { user: { id, externalUserId, ...(name === undefined ? {} : { name }), created_at: at(0), modified_at: at(0) } },
})

/** A change of the profile of the user that `userCreated` makes. */
export const userUpdated = (id: string, seq: number, profile: Pick<User, 'name' | 'image' | 'data'>): DomainEvent => {
  const commandId = randomUUID()
  const user = { id, externalUserId: `ext ${id}`, ...profile, created_at: at(0), modified_at: at(seq) }
  return { type: 'UserUpdated', stream: id, seq, ...named(commandId), body: { id: commandId, user, created_at: at(seq) } }
}

/** A block of another user, or its removal. */
export const blockSet = (id: string, seq: number, user: string, on = true): DomainEvent => {
  const commandId = randomUUID()
  const body = { id: commandId, user, on, created_at: at(seq) }
  return { type: 'BlockSet', stream: id, seq, ...named(commandId), body }
}

/** The last event of a user who is erased. */
export const userErased = (id: string, seq: number): DomainEvent => {
  const commandId = randomUUID()
  return { type: 'UserErased', stream: id, seq, ...named(commandId), body: { id: commandId, user: id, created_at: at(seq) } }
}

interface Written {
  readonly by?: string
  readonly id?: string
  readonly at?: string
}

export const chatCreated = (room: string, users: readonly string[], how: Written & { name?: string } = {}): DomainEvent => {
  const created = how.at ?? at(1)
  const chat = { id: room, name: how.name ?? 'a room', users, created_at: created, modified_at: created }
  return {
    type: 'ChatCreated',
    stream: room,
    seq: 1,
    ...named(how.id ?? room),
    body: { chat, user_id: how.by ?? users[0] ?? randomUUID() },
  }
}

export const messagePosted = (room: string, seq: number, by: string, how: Written & { msg?: string } = {}): DomainEvent => {
  const id = how.id ?? randomUUID()
  const created = how.at ?? at(seq)
  return {
    type: 'MessagePosted',
    stream: room,
    seq,
    ...named(id),
    body: { id, msg: how.msg ?? `message ${seq}`, type: 'text', user_id: by, created_at: created, modified_at: created },
  }
}

const membership =
  (type: 'UsersAdded' | 'UsersRemoved') =>
  (room: string, seq: number, users: readonly string[], how: Written = {}): DomainEvent => {
    const id = how.id ?? randomUUID()
    const body = { id, chat: { id: room, name: 'a room' }, users, user_id: how.by ?? randomUUID(), created_at: how.at ?? at(seq) }
    return { type, stream: room, seq, ...named(id), body }
  }

export const usersAdded = membership('UsersAdded')
export const usersRemoved = membership('UsersRemoved')

/** The event with its body as stored text. */
export const written = (event: DomainEvent, text = JSON.stringify(event.body)): NewEvent => ({ event, data: text })

/** Runs some work over one appender, and ends its connection. */
export const withAppender = async <T>(store: EventStore, work: (appender: Appender) => Promise<T>): Promise<T> => {
  const appender = await store.openAppender()
  try {
    return await work(appender)
  } finally {
    await appender.close()
  }
}

/** An append at the heads that its events follow; everything not named is empty. */
export const appending = (some: Partial<Append>): Append => {
  const { events = [], rejections = [], unread = new Set() } = some
  const { heads = headsBefore(events, isOfRoom), userHeads = headsBefore(events, isUserEvent) } = some
  return { events, rejections, heads, userHeads, unread }
}

const isOfRoom = (event: DomainEvent): boolean => event.type !== 'UserCreated' && !isUserEvent(event)

const headsBefore = (events: readonly NewEvent[], isCounted: (event: DomainEvent) => boolean): ReadonlyMap<string, number> => {
  const counted = events.flatMap(({ event }) => (isCounted(event) ? [event] : []))
  const streams = Map.groupBy(counted, ({ stream }) => stream)
  return new Map([...streams].map(([stream, all]) => [stream, Math.min(...all.map(({ seq }) => seq)) - 1]))
}

/** Appends over a new connection and returns the result. */
export const tryAppend = (store: EventStore, batch: Partial<Append>): Promise<AppendResult> =>
  withAppender(store, (appender) => appender.append(appending(batch)))

/** Appends these events at once; throws when the append is stale. */
export const append = (store: EventStore, ...events: readonly DomainEvent[]): Promise<void> =>
  appendWritten(store, ...events.map((event) => written(event)))

/** Appends these events with the given texts of their bodies; throws if the append is stale. */
export const appendWritten = async (store: EventStore, ...events: readonly NewEvent[]): Promise<void> => {
  if ((await tryAppend(store, { events })) === 'stale') throw new Error('the append is stale')
}

/** Makes a room of these members with this many messages after its first event, a second apart from each other. */
export const fillRoom = async (store: EventStore, members: readonly string[], messages: number): Promise<string> => {
  const room = randomUUID()
  const by = members[0] ?? randomUUID()
  const posted = Array.from({ length: messages }, (_, index) =>
    messagePosted(room, index + 2, by, { at: at((index + 2) * 1_000) }),
  )
  await append(store, chatCreated(room, members), ...posted)
  return room
}
