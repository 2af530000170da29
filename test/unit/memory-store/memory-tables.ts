import { blockKeyText } from '../../../shared/domain/blocks.ts'
import { reservesId } from '../../../shared/domain/rejections.ts'
import type {
  Append,
  NewEvent,
  NewOutcomes,
  RecordedOutcome,
  StoredEvent,
  StoredRejection,
} from '../../../shared/ports/event-store.ts'
import { commandKeyText, StoreError } from '../../../shared/ports/event-store.ts'
import { toStored } from '../../../shared/records/stored-event.ts'
import type { ChatCreated } from '../../../shared/room-events/create-chat.ts'
import { roomEventOfType } from '../../../shared/room-events/find-room-event.ts'
import { membersAffected, timeOf } from '../../../shared/room-events/membership-effect.ts'
import type { ChatEvent, DomainEvent } from '../../../shared/room-events/room-events.ts'
import { isUserEvent } from '../../../shared/user-events/find-user-event.ts'
import type { BlockSet } from '../../../shared/user-events/set-block.ts'
import type { UserOwnEvent } from '../../../shared/user-events/user-events.ts'
import { eraseUser } from './memory-erasure.ts'
import { projectMessage } from './memory-messages.ts'
import { keepRoleOnReturn, projectRoom } from './memory-roles.ts'
import type { ChatRow, MemoryTables } from './memory-rows.ts'

export const emptyTables = (): MemoryTables => ({
  chats: new Map(),
  usersById: new Map(),
  blocks: new Map(),
  userHeads: new Map(),
  usersByExternalId: new Map(),
  events: new Map(),
  messages: new Map(),
  outcomes: new Map(),
  memberStates: new Map(),
  threadMarkers: new Map(),
  log: [],
})

export const clear = (tables: MemoryTables): void => {
  const { log, ...maps } = tables
  log.length = 0
  for (const map of Object.values(maps)) map.clear()
}

/** Whether the user is a member now. */
export const isMember = (chat: ChatRow, user: string): boolean => {
  const span = chat.members.get(user)
  return span !== undefined && span.until === undefined
}

export const presentMembers = (chat: ChatRow): string[] => [...chat.members.keys()].filter((user) => isMember(chat, user))

/** Every unique key that an event occupies; an append with a key twice is refused. */
const keysOf = ({ event }: NewEvent): string[] => [
  `seq ${event.stream} ${event.seq}`,
  `command ${commandKeyText(event.stream, event.commandId)}`,
  ...(event.type === 'UserCreated' ? [`external ${event.body.user.externalUserId}`, `user ${event.body.user.id}`] : []),
]

const outcomesOfId = (tables: MemoryTables, room: string, id: string): readonly RecordedOutcome[] =>
  tables.outcomes.get(commandKeyText(room, id)) ?? []

/** Whether no other command can be stored under its id. */
export const reservesItsId = (outcome: RecordedOutcome): boolean => outcome.kind === 'event' || reservesId(outcome.rejection)

const rejectionKeys = ({ room, commandId, digest, rejection }: StoredRejection): string[] => [
  `digest ${commandKeyText(room, commandId)} ${digest}`,
  ...(reservesId(rejection) ? [`command ${commandKeyText(room, commandId)}`] : []),
]

/** By the unique keys of rejections. An event under the same id is detected by the head of the room, if outcomes were read. */
const isRejectionTaken = (tables: MemoryTables, { room, commandId, digest, rejection }: StoredRejection): boolean =>
  outcomesOfId(tables, room, commandId).some(
    (other) => other.kind === 'rejection' && (other.digest === digest || (reservesId(rejection) && reservesId(other.rejection))),
  )

const hasTakenKey = (tables: MemoryTables, { event }: NewEvent): boolean =>
  tables.events.get(event.stream)?.has(event.seq) === true ||
  outcomesOfId(tables, event.stream, event.commandId).some((other) => other.digest === event.digest || reservesItsId(other)) ||
  (event.type === 'UserCreated' &&
    (tables.usersByExternalId.has(event.body.user.externalUserId) || tables.usersById.has(event.body.user.id)))

/** Texts that the database stores in text columns, which refuse U+0000. */
const columnTexts = (event: DomainEvent): readonly string[] => {
  if (event.type === 'ChatCreated' || event.type === 'ChatUpdated') {
    const { name = '', image = '' } = event.body.chat
    return [name, image]
  }
  if (event.type === 'UserCreated') return [event.body.user.externalUserId, event.body.user.name ?? '']
  if (event.type === 'UserUpdated') return [event.body.user.name ?? '', event.body.user.image ?? '']
  return []
}

/** Whether the room has another head than the append was decided at. */
const isHeadStale = (tables: MemoryTables, room: string, head: number): boolean => (tables.chats.get(room)?.head ?? 0) !== head

const isUserStale = (tables: MemoryTables, user: string, head: number): boolean => (tables.userHeads.get(user) ?? 0) !== head

/** Whether a head differs or a key is taken. Throws the `StoreError` of a record that is refused. Changes nothing. */
export const isStale = (tables: MemoryTables, { heads, userHeads, unread, events, rejections }: Append): boolean => {
  if ([...heads].some(([room, head]) => isHeadStale(tables, room, head))) return true
  if ([...userHeads].some(([user, head]) => isUserStale(tables, user, head))) return true
  if (events.some(({ event }) => columnTexts(event).some((text) => text.includes('\0')))) {
    throw new StoreError('record', 'text contains U+0000')
  }
  const keys = [...events.flatMap(keysOf), ...rejections.flatMap(rejectionKeys)]
  return (
    new Set(keys).size < keys.length ||
    events.some((event) => hasTakenKey(tables, event)) ||
    rejections.some((rejection) => isRejectionTaken(tables, rejection)) ||
    rejections.some(({ room, commandId }) => unread.has(room) && outcomesOfId(tables, room, commandId).some(reservesItsId))
  )
}

/** Appends events and rejections that are not stale, and updates the read model. */
export const append = (tables: MemoryTables, { events, rejections }: NewOutcomes): void => {
  for (const entry of events) {
    const event = toStored(entry)
    const stream = tables.events.get(event.stream) ?? new Map<number, StoredEvent>()
    tables.events.set(event.stream, stream.set(event.seq, event))
    record(tables, event.stream, event.commandId, { kind: 'event', digest: event.digest, event })
    tables.log.push(event)
    project(tables, entry)
  }
  for (const { room, commandId, digest, rejection } of rejections) {
    record(tables, room, commandId, { kind: 'rejection', digest, rejection })
  }
}

const record = (tables: MemoryTables, room: string, id: string, outcome: RecordedOutcome): void => {
  tables.outcomes.set(commandKeyText(room, id), [...outcomesOfId(tables, room, id), outcome])
}

const project = (tables: MemoryTables, { event, data }: NewEvent): void => {
  if (event.type === 'UserCreated') {
    const { user } = event.body
    tables.usersById.set(user.id, user)
    tables.usersByExternalId.set(user.externalUserId, user)
    tables.userHeads.set(user.id, event.seq)
    return
  }
  if (isUserEvent(event)) return projectUser(tables, event)
  if (event.type === 'ChatCreated') tables.chats.set(event.stream, newChat(event))
  projectMessage(tables, event, data)
  const chat = tables.chats.get(event.stream)
  if (chat !== undefined) applyToChat(chat, event)
}

const projectUser = (tables: MemoryTables, event: UserOwnEvent): void => {
  tables.userHeads.set(event.stream, event.seq)
  if (event.type === 'BlockSet') return projectBlock(tables, event)
  if (event.type === 'UserErased') return eraseUser(tables, event)
  const { user } = event.body
  tables.usersById.set(user.id, user)
  tables.usersByExternalId.set(user.externalUserId, user)
}

const projectBlock = ({ blocks }: MemoryTables, { stream: user, body }: BlockSet): void => {
  const pair = { user, blocked: body.user }
  if (body.on) blocks.set(blockKeyText(pair), { ...pair, createdAt: body.created_at })
  else blocks.delete(blockKeyText(pair))
}

const applyToChat = (chat: ChatRow, event: ChatEvent): void => {
  chat.head = event.seq
  chat.lastAt = timeOf(event.body)
  if (roomEventOfType(event.type)?.isActivity !== false) chat.activeAt = chat.lastAt
  projectRoom(chat, event)
  if (event.type === 'ChatCreated') return
  const membership = roomEventOfType(event.type)?.membership ?? 'none'
  const users = membersAffected(membership, event.body)
  if (users.length > 0 || event.type === 'ChatUpdated') chat.modifiedAt = chat.lastAt
  for (const user of users) {
    if (membership === 'adds') join(chat, user, event.seq - 1)
    else leave(chat, user, event.seq)
  }
}

const newChat = ({ stream, body }: ChatCreated): ChatRow => ({
  id: stream,
  name: body.chat.name,
  createdBy: body.user_id,
  createdAt: body.chat.created_at,
  modifiedAt: body.chat.created_at,
  head: 0,
  lastAt: body.chat.created_at,
  activeAt: body.chat.created_at,
  members: new Map(body.chat.users.map((user) => [user, { since: 0 }])),
  roles: new Map(),
})

const join = (chat: ChatRow, user: string, since: number): void => {
  chat.members.delete(user)
  chat.members.set(user, { since })
  keepRoleOnReturn(chat, user)
}

const leave = (chat: ChatRow, user: string, until: number): void => {
  const span = chat.members.get(user)
  if (span !== undefined) chat.members.set(user, { since: span.since, until })
}
