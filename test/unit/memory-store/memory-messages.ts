import { noChat } from '../../../shared/domain/chat.ts'
import type { Message } from '../../../shared/domain/events.ts'
import type { MessageState } from '../../../shared/domain/message-state.ts'
import { postedMessage, reactionKeyText } from '../../../shared/domain/message-state.ts'
import { redactedEvent } from '../../../shared/records/redaction.ts'
import type { MessagesErased } from '../../../shared/room-events/erase.ts'
import { roomEventOfType } from '../../../shared/room-events/find-room-event.ts'
import type { MessagePosted } from '../../../shared/room-events/new-message.ts'
import type { ChatEvent } from '../../../shared/room-events/room-events.ts'
import { replaceEvent } from './memory-erasure.ts'
import type { MemoryTables, MessageRow } from './memory-rows.ts'

/** The message with this id; undefined: the room has none. */
export const messageOf = (tables: MemoryTables, room: string, id: string): MessageRow | undefined =>
  tables.messages.get(room)?.find(({ state }) => state.id === id)

/** The id of the message that an event changes; undefined: it changes none. */
const changedBy = (event: ChatEvent): string | undefined => {
  switch (event.type) {
    case 'MessageEdited':
    case 'MessageDeleted':
      return event.body.message.id
    case 'ReactionSet':
    case 'PinSet':
      return event.body.message
    default:
      return undefined
  }
}

const post = (tables: MemoryTables, { stream, seq, body }: MessagePosted, data: string): void => {
  const state = postedMessage(seq, body)
  const atMs = Date.parse(body.created_at)
  const row = { seq, atMs, data, state, reactionSeqs: new Map(), edits: [], replies: undefined }
  const rows = tables.messages.get(stream)
  if (rows === undefined) tables.messages.set(stream, [row])
  else rows.push(row)
  if (body.thread !== undefined) countReply(tables, stream, body.thread, 1, seq)
}

const countReply = (tables: MemoryTables, room: string, root: string, added: number, seq?: number): void => {
  const row = messageOf(tables, room, root)
  if (row === undefined) return
  const { count, lastSeq } = row.replies ?? { count: 0, lastSeq: 0 }
  row.replies = { count: count + added, lastSeq: seq ?? lastSeq }
}

/** The state of a message follows from the `evolve` of its events. */
const evolved = (state: MessageState, event: ChatEvent): MessageState => {
  const chat = { ...noChat, messages: new Map([[state.id, state]]) }
  return roomEventOfType(event.type)?.evolve(chat, event).messages.get(state.id) ?? state
}

/** Applies an event to the messages of its room. `data`: its body as text. */
export const projectMessage = (tables: MemoryTables, event: ChatEvent, data: string): void => {
  if (event.type === 'MessagePosted') return post(tables, event, data)
  if (event.type === 'MessagesErased') return eraseMessages(tables, event)
  const id = changedBy(event)
  const row = id === undefined ? undefined : messageOf(tables, event.stream, id)
  if (row === undefined) return
  row.state = evolved(row.state, event)
  if (event.type === 'MessageEdited') row.edits.push(event.seq)
  if (event.type === 'MessageEdited' || event.type === 'MessageDeleted') row.data = JSON.stringify(event.body.message)
  if (event.type === 'ReactionSet') row.reactionSeqs.set(reactionKeyText(event.body.user_id, event.body.reaction), event.seq)
  if (event.type === 'MessageDeleted') afterDeletion(tables, event.stream, event.body.message, row)
}

/** Removes the content of a deleted message from its events, where they are stored and where they are outcomes. */
const afterDeletion = (tables: MemoryTables, stream: string, message: Message, row: MessageRow): void => {
  if (message.thread !== undefined) countReply(tables, stream, message.thread, -1)
  for (const seq of [row.seq, ...row.edits]) {
    const event = tables.events.get(stream)?.get(seq)
    if (event !== undefined) replaceEvent(tables, event, redactedEvent(event, message))
  }
}

/** Erases each message of the range as a deletion does, and the state of the user. */
const eraseMessages = (tables: MemoryTables, event: MessagesErased): void => {
  const { stream, body } = event
  for (const row of tables.messages.get(stream) ?? []) {
    if (row.state.isDeleted) continue
    const state = evolved(row.state, event)
    if (state.tombstone === undefined) continue
    row.state = state
    row.data = JSON.stringify(state.tombstone)
    afterDeletion(tables, stream, state.tombstone, row)
  }
  if (body.user === undefined) return
  tables.memberStates.delete(`${stream} ${body.user}`)
  for (const key of [...tables.threadMarkers.keys()])
    if (key.startsWith(`${stream} ${body.user} `)) tables.threadMarkers.delete(key)
}
