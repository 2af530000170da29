import type { MessagePage, MessageQuery } from '../../../shared/ports/read-model.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { readMessageCursor, writeCursor } from './cursor.ts'

type Direction = 'newer' | 'older'

/**
 * Times in a room never decrease, so a range of times is a range of seqs: both
 * ends are looked up by time, with one index probe each, and the page is read by
 * seq. No row: the reader is not a member. A row without seq: no message.
 */
const listStatement = (direction: Direction): Statement => {
  const order = direction === 'newer' ? 'asc' : 'desc'
  return {
    name: `list-messages-${direction}`,
    text: `select page.seq, page.data, page.found
    from (select from chat_member where chat_id = $1::uuid and user_id = $2::uuid and until_seq is null) as reader
    cross join (select
      greatest($3::bigint, case when $5::timestamptz is null then 0 else coalesce((
        select seq - 1 from message where chat_id = $1::uuid and created_at >= $5::timestamptz
        order by created_at, seq limit 1), ${Number.MAX_SAFE_INTEGER}) end) as low,
      least($4::bigint, case when $6::timestamptz is null then ${Number.MAX_SAFE_INTEGER} else coalesce((
        select seq + 1 from message where chat_id = $1::uuid and created_at < $6::timestamptz
        order by created_at desc, seq desc limit 1), 0) end) as high
    ) as range
    left join lateral (
      select * from (
        select entry.seq, event.data, count(*) over () as found, row_number() over in_order as nth,
          sum(octet_length(event.data)) over in_order as bytes
        from (
          select seq from message where chat_id = $1::uuid and seq > range.low and seq < range.high
          order by seq ${order} limit $7::int + 1
        ) as entry
        join event on event.stream = $1::uuid and event.seq = entry.seq
        window in_order as (order by entry.seq ${order} rows unbounded preceding)
      ) as counted
      where nth <= $7::int and (nth = 1 or bytes <= $8::bigint)
    ) as page on true
    order by page.seq`,
  }
}

/** Exported so that a test can examine their plans. */
export const listMessagesStatements = { newer: listStatement('newer'), older: listStatement('older') } as const

interface Range {
  readonly direction: Direction
  readonly after: number
  readonly before: number
  readonly from: string | undefined
  readonly to: string | undefined
}

interface MessageRow {
  readonly seq: string | null
  readonly data: string
  /** Number of messages found, at most one more than the limit. */
  readonly found: string
}

const earliest = (...instants: readonly (string | undefined)[]): string | undefined =>
  instants.filter((instant) => instant !== undefined).toSorted((one, other) => Date.parse(one) - Date.parse(other))[0]

const askedRange = (query: MessageQuery): Range => ({
  direction: query.from === undefined && query.after === undefined ? 'older' : 'newer',
  after: query.after ?? 0,
  before: query.before ?? Number.MAX_SAFE_INTEGER,
  from: query.from,
  to: query.to,
})

/** The rest of the range after the cursor; the query may repeat the range or leave it to the cursor. */
const rangeOf = (query: MessageQuery): Range => {
  const range = askedRange(query)
  if (query.cursor === undefined) return range
  const { direction, place } = readMessageCursor(query.cursor)
  const before = Math.min(range.before, place.before ?? range.before)
  if (direction === 'older') return { ...range, direction, before }
  return { ...range, direction, before, after: Math.max(range.after, place.after), to: earliest(range.to, place.to) }
}

const cursorBehind = (range: Range, first: number, last: number): string => {
  if (range.direction === 'older') return writeCursor('older', { before: first })
  const { before, to } = range
  return writeCursor('newer', {
    after: last,
    ...(before === Number.MAX_SAFE_INTEGER ? {} : { before }),
    ...(to === undefined ? {} : { to }),
  })
}

const instantOrNull = (instant: string | undefined): string | null => (instant === undefined ? null : storableInstant(instant))

/** Undefined: the reader is not a member, or the chat does not exist. Rejects with `CursorError` for a bad cursor. */
export const listMessages = async (
  session: DatabaseSession,
  query: MessageQuery,
  pageBytes: number,
): Promise<MessagePage | undefined> => {
  const range = rangeOf(query)
  const times = [instantOrNull(range.from), instantOrNull(range.to)]
  const values = [query.room, query.reader, range.after, range.before, ...times, query.limit, pageBytes]
  const rows = await session.run<MessageRow>(listMessagesStatements[range.direction], values)
  if (rows.length === 0) return undefined
  const messages = rows.filter(({ seq }) => seq !== null).map(({ seq, data }) => ({ seq: Number(seq), data }))
  const [first, last] = [messages[0], messages.at(-1)]
  if (first === undefined || last === undefined || Number(rows[0]?.found) === messages.length) return { messages }
  return { messages, nextCursor: cursorBehind(range, first.seq, last.seq) }
}
