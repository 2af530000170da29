import type { IndexChange } from '../../../shared/ports/search-index.ts'
import { chunks } from '../../../shared/runtime/async/chunks.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import { authorTerm, termsOf } from '../../../shared/search/terms.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

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

/** Brings the index up to these changes, one statement for each bounded part of them. */
export const applyToIndex = async (session: DatabaseSession, changes: readonly IndexChange[]): Promise<void> => {
  for (const some of chunks(changes, changesTogether)) {
    for (const part of inParts(some.map(row), ({ terms = [] }) => terms.length, termsTogether)) {
      await session.run(indexMessages, [JSON.stringify(part)])
    }
  }
}
