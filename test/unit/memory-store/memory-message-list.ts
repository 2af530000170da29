import type { Attachment } from '../../../shared/domain/events.ts'
import type {
  AttachmentQuery,
  ListedAttachment,
  ListedMessage,
  MessageDetailQuery,
  MessagePage,
  MessageQuery,
  NoPage,
  ReactionPage,
  ReactionQuery,
  VersionPage,
} from '../../../shared/ports/read-model.ts'
import { entriesInPage } from './entries-in-page.ts'
import { readCursor, writeCursor } from './memory-cursor.ts'
import { messageOf } from './memory-messages.ts'
import type { MemoryTables, MessageRow } from './memory-rows.ts'
import { isMember } from './memory-tables.ts'

const isReader = (tables: MemoryTables, room: string, reader: string): boolean => {
  const chat = tables.chats.get(room)
  return chat !== undefined && isMember(chat, reader)
}

/** The reactions to a message, ordered by reaction and user id. */
const reactionsOf = ({ state, reactionSeqs }: MessageRow): ReactionPage['reactions'] =>
  [...state.reacted]
    .map((key) => ({ user: key.slice(0, 36), reaction: key.slice(37), seq: reactionSeqs.get(key) ?? 0 }))
    .sort((a, b) => (`${a.reaction} ${a.user}` < `${b.reaction} ${b.user}` ? -1 : 1))

const listed = (row: MessageRow, reader: string): ListedMessage => {
  const { seq, data, state, replies } = row
  const mine = reactionsOf(row).filter(({ user }) => user === reader)
  const hasReactions = !state.isDeleted && state.reactions.size > 0
  return {
    seq,
    data,
    ...(hasReactions ? { reactions: Object.fromEntries(state.reactions) } : {}),
    ...(hasReactions && mine.length > 0 ? { myReactions: mine.map(({ reaction }) => reaction) } : {}),
    ...(replies === undefined ? {} : { replies }),
    ...(state.isPinned ? { isPinned: true } : {}),
  }
}

const markerIn = ({ threadMarkers }: MemoryTables, { room, reader }: MessageQuery, thread: string | undefined) =>
  threadMarkers.get(`${room} ${reader} ${thread}`)

/** A page of messages; undefined: the reader is not a member. */
export const messagePage = (tables: MemoryTables, query: MessageQuery, pageBytes: number): MessagePage | undefined => {
  const { from, to, after, before, thread, replies, pinned } = query
  const asked = { isForward: from !== undefined || after !== undefined, from, to, after, before, thread, replies, pinned }
  const range = query.cursor === undefined ? asked : readCursor('messages', query.cursor)
  if (!isReader(tables, query.room, query.reader)) return undefined
  const asOf = tables.chats.get(query.room)?.head ?? 0
  const rest = messagesIn(tables, query.room, range)
  if (!range.isForward) rest.reverse()
  const page = entriesInPage(rest.slice(0, query.limit), pageBytes, (row) => JSON.stringify(listed(row, query.reader)))
  const messages = (range.isForward ? page : page.toReversed()).map((row) => listed(row, query.reader))
  const last = page.at(-1)
  const marker = markerIn(tables, query, range.thread)
  const shown = { messages, asOf, ...(marker === undefined ? {} : { read: marker }) }
  if (page.length === rest.length || last === undefined) return shown
  const onwards = range.isForward ? { after: last.seq } : { before: last.seq }
  return { ...shown, nextCursor: writeCursor('messages', { ...range, ...onwards }) }
}

type Range = Pick<MessageQuery, 'from' | 'to' | 'after' | 'before' | 'thread' | 'replies' | 'pinned'>

const isListed = ({ state }: MessageRow, { thread, replies = true, pinned = false }: Range): boolean =>
  (thread === undefined || state.thread === thread) && (replies || state.thread === undefined) && (!pinned || state.isPinned)

/** Ascending. */
const messagesIn = (tables: MemoryTables, room: string, range: Range): MessageRow[] => {
  const { from, to, after = 0, before = Number.POSITIVE_INFINITY } = range
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)
  return (tables.messages.get(room) ?? [])
    .filter(({ seq, atMs }) => seq > after && seq < before && atMs >= fromMs && atMs < toMs)
    .filter((row) => isListed(row, range))
    .sort((a, b) => a.seq - b.seq)
}

/** Who has reacted to a message. */
export const reactionPage = (tables: MemoryTables, query: ReactionQuery): ReactionPage | NoPage => {
  if (!isReader(tables, query.room, query.reader)) return 'forbidden'
  const row = messageOf(tables, query.room, query.message)
  if (row === undefined || row.state.isDeleted) return 'unknown_message'
  const place = query.cursor === undefined ? { from: 0 } : readCursor('details', query.cursor)
  const { from: start, reaction: only } = { reaction: query.reaction, ...place }
  const all = reactionsOf(row).filter(({ reaction }) => only === undefined || reaction === only)
  const end = start + query.limit
  return {
    reactions: all.slice(start, end),
    ...(end < all.length ? { nextCursor: writeCursor('details', { from: end, reaction: only }) } : {}),
  }
}

/** The versions of a message. No deleted texts are kept. */
export const versionPage = (tables: MemoryTables, query: MessageDetailQuery, pageBytes: number): VersionPage | NoPage => {
  if (!isReader(tables, query.room, query.reader)) return 'forbidden'
  const row = messageOf(tables, query.room, query.message)
  if (row === undefined) return 'unknown_message'
  const start = query.cursor === undefined ? 0 : readCursor('details', query.cursor).from
  const dataAt = (seq: number): string => tables.events.get(query.room)?.get(seq)?.data ?? ''
  const edits = row.edits.map((seq) => ({
    seq,
    data: JSON.stringify((JSON.parse(dataAt(seq)) as { message: object }).message),
  }))
  const all = [{ seq: row.seq, data: dataAt(row.seq) }, ...(row.state.isDeleted ? [] : edits)]
  const versions = entriesInPage(all.slice(start, start + query.limit), pageBytes, ({ data }) => data)
  const end = start + versions.length
  return {
    versions,
    ...(end < all.length ? { nextCursor: writeCursor('details', { from: end }) } : {}),
  }
}

/** The files of messages as they are now; undefined: the reader is not a member. */
export const attachmentsOf = (
  tables: MemoryTables,
  { room, reader, messages }: AttachmentQuery,
): readonly ListedAttachment[] | undefined => {
  if (!isReader(tables, room, reader)) return undefined
  return messages.flatMap((message) => {
    const data = messageOf(tables, room, message)?.data ?? '{}'
    const { attachments = [] } = JSON.parse(data) as { readonly attachments?: readonly Attachment[] }
    return attachments.map((file) => ({ message, file }))
  })
}
