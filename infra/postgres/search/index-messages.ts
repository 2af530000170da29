import type { IndexChange } from '../../../shared/ports/search-index.ts'
import { authorTerm, termsOf } from '../../../shared/search/terms.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

const indexMessages: Statement = { name: 'index-messages', text: 'select index_messages($1::json)' }

/** Messages of one statement: each holds the lock of its room, and a row for each term. */
const changesTogether = 200

/** A change as the database function reads it. */
const row = (change: IndexChange): object =>
  'text' in change
    ? {
        room: change.room,
        message: change.message,
        version: change.version,
        terms: [authorTerm(change.author), ...termsOf(change.text)],
      }
    : { room: change.room, message: change.message }

/** Brings the index up to these changes, one statement for each slice of them. */
export const applyToIndex = async (session: DatabaseSession, changes: readonly IndexChange[]): Promise<void> => {
  for (let from = 0; from < changes.length; from += changesTogether) {
    const slice = changes.slice(from, from + changesTogether)
    await session.run(indexMessages, [JSON.stringify(slice.map(row))])
  }
}
