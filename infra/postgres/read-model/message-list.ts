import type { ListedMessage, MessagePage, MessageQuery } from '../../../shared/ports/read-model.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession } from '../connection/statement.ts'
import { readMessageCursor, writeCursor } from './cursor.ts'
import type { Direction, Filters } from './message-list-statement.ts'
import { listMessagesStatement } from './message-list-statement.ts'

const filtersOf = ({ thread, replies = true, pinned = false }: AskedFilters): Filters => ({
  hasThread: thread !== undefined,
  hasReplies: replies,
  isPinned: pinned,
})

/** The filters as the query and the cursor name them. */
type AskedFilters = Pick<MessageQuery, 'thread' | 'replies' | 'pinned'>

interface Range {
  readonly direction: Direction
  readonly filters: AskedFilters
  readonly after: number
  readonly before: number
  readonly from: string | undefined
  readonly to: string | undefined
}

interface MessageRow {
  readonly as_of: string
  readonly seq: string | null
  readonly data: string
  readonly pinned_seq: string | null
  readonly reply_count: number
  readonly last_reply_seq: string | null
  readonly reactions: string | null
  readonly my_reactions: string | null
  /** Number of messages found, at most one more than the limit. */
  readonly found: string
  /** The marker of the reader in the listed thread; absent in other lists. */
  readonly read_gen?: number | null
  readonly read_seq?: string | null
  /** Where the part of the range begins that was not examined; null or absent: all was. */
  readonly rest?: string | null
}

const earliest = (...instants: readonly (string | undefined)[]): string | undefined =>
  instants.filter((instant) => instant !== undefined).toSorted((one, other) => Date.parse(one) - Date.parse(other))[0]

/** Without the members that are undefined. */
const present = (filters: AskedFilters): AskedFilters =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))

const askedRange = (query: MessageQuery): Range => ({
  direction: query.from === undefined && query.after === undefined ? 'older' : 'newer',
  after: query.after ?? 0,
  before: query.before ?? Number.MAX_SAFE_INTEGER,
  from: query.from,
  to: query.to,
  filters: present({ thread: query.thread, replies: query.replies, pinned: query.pinned }),
})

/** The rest of the range after the cursor; the query may repeat the range or leave it to the cursor. */
const rangeOf = (query: MessageQuery): Range => {
  const range = askedRange(query)
  if (query.cursor === undefined) return range
  const { direction, place } = readMessageCursor(query.cursor)
  const before = Math.min(range.before, place.before ?? range.before)
  const filters = { ...range.filters, ...present({ thread: place.thread, replies: place.replies, pinned: place.pinned }) }
  if (direction === 'older') return { ...range, direction, before, filters }
  return { ...range, direction, before, filters, after: Math.max(range.after, place.after), to: earliest(range.to, place.to) }
}

const cursorBehind = (range: Range, first: number, last: number): string => {
  const { before, to, filters } = range
  if (range.direction === 'older') return writeCursor('older', { before: first, ...filters })
  return writeCursor('newer', {
    after: last,
    ...(before === Number.MAX_SAFE_INTEGER ? {} : { before }),
    ...(to === undefined ? {} : { to }),
    ...filters,
  })
}

const instantOrNull = (instant: string | undefined): string | null => (instant === undefined ? null : storableInstant(instant))

const listedMessage = (row: MessageRow): ListedMessage => ({
  seq: Number(row.seq),
  data: row.data,
  ...(row.reactions === null ? {} : { reactions: JSON.parse(row.reactions) as Record<string, number> }),
  ...(row.my_reactions === null ? {} : { myReactions: JSON.parse(row.my_reactions) as string[] }),
  ...(row.last_reply_seq === null ? {} : { replies: { count: row.reply_count, lastSeq: Number(row.last_reply_seq) } }),
  ...(row.pinned_seq === null ? {} : { isPinned: true }),
})

const nextCursorOf = (range: Range, messages: readonly ListedMessage[], { found, rest }: MessageRow): string | undefined => {
  const [first, last] = [messages[0], messages.at(-1)]
  if (first !== undefined && last !== undefined && Number(found) > messages.length)
    return cursorBehind(range, first.seq, last.seq)
  return rest === null || rest === undefined ? undefined : cursorBehind(range, Number(rest), Number(rest))
}

const threadMarkerOf = ({ read_gen: gen = null, read_seq: seq = null }: MessageRow): Pick<MessagePage, 'read'> =>
  gen === null || seq === null ? {} : { read: { gen, seq: Number(seq) } }

/** Undefined: the reader is not a member, or the chat does not exist. Rejects with `CursorError` for a bad cursor. */
export const listMessages = async (
  session: DatabaseSession,
  query: MessageQuery,
  pageBytes: number,
): Promise<MessagePage | undefined> => {
  const range = rangeOf(query)
  const times = [instantOrNull(range.from), instantOrNull(range.to)]
  const values = [query.room, query.reader, range.after, range.before, ...times, query.limit, pageBytes]
  const { thread } = range.filters
  const statement = listMessagesStatement(range.direction, filtersOf(range.filters))
  const rows = await session.run<MessageRow>(statement, thread === undefined ? values : [...values, thread])
  const [row] = rows
  if (row === undefined) return undefined
  const asOf = Number(row.as_of)
  const messages = rows.filter(({ seq }) => seq !== null).map(listedMessage)
  const nextCursor = nextCursorOf(range, messages, row)
  return { messages, asOf, ...threadMarkerOf(row), ...(nextCursor === undefined ? {} : { nextCursor }) }
}
