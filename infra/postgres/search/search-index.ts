import type { SearchIndex } from '../../../shared/ports/search-index.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { applyToIndex } from './index-messages.ts'
import { searchMessages } from './search.ts'

/** The SearchIndex in the tables `message_text` and `message_term`, beside the messages. */
export const postgresSearchIndex = (session: DatabaseSession, pageBytes: number, statement?: Statement): SearchIndex => ({
  apply: (changes) => applyToIndex(session, changes),
  search: (query) => searchMessages(session, query, pageBytes, statement),
})
