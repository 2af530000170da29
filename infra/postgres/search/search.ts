import type { Message } from '../../../shared/domain/events.ts'
import type { SearchHit, SearchPage, SearchQuery } from '../../../shared/ports/search-index.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import { inTurns } from '../../../shared/runtime/async/in-turns.ts'
import type { SearchText } from '../../../shared/search/search-text.ts'
import { searchText } from '../../../shared/search/search-text.ts'
import { authorTerm } from '../../../shared/search/terms.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { readSearchCursor, writeCursor } from '../read-model/cursor.ts'
import { mostIndexTerms } from './candidate-chats.ts'
import { searchStatement } from './search-statement.ts'

/** A message that matches by the index. */
interface HitRow {
  readonly chat_id: string
  readonly created_at: string
  readonly seq: string
  /** Null: the store has no such message. */
  readonly data: string | null
  /** Number of matches, at most one more than the limit. */
  readonly found: string
}

/** The position up to which all chats were searched, and whether entries are left behind it. */
interface ReachedRow {
  readonly reached_at: string
  readonly reached_chat: string
  readonly reached_seq: string
  readonly has_more: boolean
}

type SearchRow = ReachedRow & (HitRow | Readonly<Record<keyof HitRow, null>>)

const isHit = (row: SearchRow): row is ReachedRow & HitRow => row.chat_id !== null

/** Characters that are compared before other work has its turn: a page may have 1 MiB, which takes up to half a second. */
const charsPerTurn = 16_000

/** A message that matches by the text that it has now; none: the index has a former one. */
const matching = ({ chat_id: room, seq, data }: HitRow, { find }: SearchText): readonly SearchHit[] => {
  if (data === null) return []
  const matches = find((JSON.parse(data) as Message).msg)
  return matches === undefined ? [] : [{ room, seq: Number(seq), data, matches }]
}

const instantOrNull = (instant: string | undefined): string | null => (instant === undefined ? null : storableInstant(instant))

/** The cursor of the next page: behind the last message of this one, or where the search has ended; undefined: there is no more. */
const cursorAfter = (hits: readonly HitRow[], reached: ReachedRow | undefined): string | undefined => {
  const last = hits.at(-1)
  if (last !== undefined && Number(last.found) > hits.length)
    return writeCursor('found', { at: last.created_at, room: last.chat_id, seq: Number(last.seq) })
  if (reached?.has_more !== true) return undefined
  const { reached_at: at, reached_chat: room, reached_seq: seq } = reached
  return writeCursor('found', { at, room, seq: Number(seq) })
}

/** One page of the messages of a reader that match. Rejects with `CursorError` for a bad cursor. */
export const searchMessages = async (
  session: DatabaseSession,
  query: SearchQuery,
  pageBytes: number,
  statement: Statement = searchStatement,
): Promise<SearchPage> => {
  const text = searchText(query.text)
  const author = query.author === undefined ? [] : [authorTerm(query.author)]
  // The text of a found message is compared with all terms.
  const terms = [...author, ...text.terms].slice(0, mostIndexTerms)
  const place = query.cursor === undefined ? undefined : readSearchCursor(query.cursor)
  const behind = place === undefined ? [null, null, null] : [storableInstant(place.at), place.room, place.seq]
  const times = [instantOrNull(query.from), instantOrNull(query.to)]
  const values = [query.reader, terms, query.chats ?? null, ...times, ...behind, query.limit, pageBytes]
  const rows = await session.run<SearchRow>(statement, values)
  const hits = rows.filter(isHit)
  const parts = inParts(hits, ({ data }) => data?.length ?? 0, charsPerTurn)
  const messages = await inTurns(parts, (part) => part.flatMap((row) => matching(row, text)))
  const nextCursor = cursorAfter(hits, rows[0])
  return nextCursor === undefined ? { messages } : { messages, nextCursor }
}
