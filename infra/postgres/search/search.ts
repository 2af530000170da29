import type { Message } from '../../../shared/domain/events.ts'
import type { SearchHit, SearchPage, SearchQuery } from '../../../shared/ports/search-index.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import { inTurns } from '../../../shared/runtime/async/in-turns.ts'
import type { SearchText } from '../../../shared/search/search-text.ts'
import { searchText } from '../../../shared/search/search-text.ts'
import { authorTerm } from '../../../shared/search/terms.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession } from '../connection/statement.ts'
import { readSearchCursor, writeCursor } from '../read-model/cursor.ts'
import { mostIndexTerms, searchStatement } from './search-statement.ts'

interface HitRow {
  readonly chat_id: string
  readonly created_at: string
  readonly seq: string
  /** Null: the store has no such message. */
  readonly data: string | null
  /** Number of matches, at most one more than the limit. */
  readonly found: string
}

/** Characters that are compared before other work has its turn: a page may have 1 MiB, which takes up to half a second. */
const charsPerTurn = 16_000

/** A message that matches by the text that it has now; none: the index has a former one. */
const matching = ({ chat_id: room, seq, data }: HitRow, { find }: SearchText): readonly SearchHit[] => {
  if (data === null) return []
  const matches = find((JSON.parse(data) as Message).msg)
  return matches === undefined ? [] : [{ room, seq: Number(seq), data, matches }]
}

const instantOrNull = (instant: string | undefined): string | null => (instant === undefined ? null : storableInstant(instant))

/** One page of the messages of a reader that match. Rejects with `CursorError` for a bad cursor. */
export const searchMessages = async (session: DatabaseSession, query: SearchQuery, pageBytes: number): Promise<SearchPage> => {
  const text = searchText(query.text)
  const author = query.author === undefined ? [] : [authorTerm(query.author)]
  // The text of a found message is compared with all terms.
  const terms = [...author, ...text.terms].slice(0, mostIndexTerms)
  const place = query.cursor === undefined ? undefined : readSearchCursor(query.cursor)
  const behind = place === undefined ? [null, null, null] : [storableInstant(place.at), place.room, place.seq]
  const times = [instantOrNull(query.from), instantOrNull(query.to)]
  const values = [query.reader, terms, query.chats ?? null, ...times, ...behind, query.limit, pageBytes]
  const rows = await session.run<HitRow>(searchStatement, values)
  const parts = inParts(rows, ({ data }) => data?.length ?? 0, charsPerTurn)
  const messages = await inTurns(parts, (part) => part.flatMap((row) => matching(row, text)))
  const last = rows.at(-1)
  if (last === undefined || Number(last.found) === rows.length) return { messages }
  return { messages, nextCursor: writeCursor('found', { at: last.created_at, room: last.chat_id, seq: Number(last.seq) }) }
}
