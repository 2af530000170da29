import type { IndexChange } from '../../../shared/ports/search-index.ts'
import { authorTerm, termsOf } from '../../../shared/search/terms.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

const indexMessages: Statement = { name: 'index-messages', text: 'select index_messages($1::json)' }

/** Messages of one statement: each holds the lock of its room, and a row for each term. */
const changesTogether = 200

/** A change as the database function reads it: a text as its terms. */
const row = (change: IndexChange): object => {
  if (!('text' in change)) return change
  const { room, message, version, author, text } = change
  return { room, message, version, terms: [authorTerm(author), ...termsOf(text)] }
}

/** Brings the index up to these changes, one statement for each slice of them. */
export const applyToIndex = async (session: DatabaseSession, changes: readonly IndexChange[]): Promise<void> => {
  for (let from = 0; from < changes.length; from += changesTogether) {
    const slice = changes.slice(from, from + changesTogether)
    await session.run(indexMessages, [JSON.stringify(slice.map(row))])
  }
}
