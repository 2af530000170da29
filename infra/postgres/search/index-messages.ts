import type { DeletedRange, IndexChange } from '../../../shared/ports/search-index.ts'
import { chunks } from '../../../shared/runtime/async/chunks.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import { authorTerm, termsOf } from '../../../shared/search/terms.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { splitRange } from './split-range.ts'

const indexMessages: Statement = { name: 'index-messages', text: 'select index_messages($1::json)' }

/** Messages of one statement, and their terms: it holds the locks of the rooms, and a row for each term takes up to 30 µs. */
const [changesTogether, termsTogether] = [200, 10_000]

/** A change, with the terms instead of the text. */
interface ChangeRow {
  readonly room: string
  readonly terms?: readonly string[]
}

/** A change as the database function reads it: a text as its terms. */
const row = (change: IndexChange): ChangeRow => {
  if (!('text' in change)) return change
  const { author, text, ...place } = change
  return { ...place, terms: [authorTerm(author), ...termsOf(text)] }
}

const isRange = (change: IndexChange): change is DeletedRange => 'before' in change

/** A range has about as many terms as one statement may have. */
const weightOf = (change: ChangeRow | DeletedRange): number => ('before' in change ? termsTogether : (change.terms?.length ?? 0))

/** Brings the index up to these changes, one statement for each bounded part of them. */
export const applyToIndex = async (session: DatabaseSession, changes: readonly IndexChange[]): Promise<void> => {
  for (const some of chunks(changes, changesTogether)) {
    const ranges = await Promise.all(some.filter(isRange).map((range) => splitRange(session, range, termsTogether)))
    const rows = [...some.filter((change) => !isRange(change)).map(row), ...ranges.flat()]
    for (const part of inParts(rows, weightOf, termsTogether)) {
      await session.run(indexMessages, [JSON.stringify(part)])
    }
  }
}
