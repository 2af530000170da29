import type { SearchIndex } from '../../../shared/ports/search-index.ts'
import type { OpenStore } from '../stored-chat.ts'

/** A store whose messages a search index finds. */
export interface OpenSearchStore extends OpenStore {
  readonly searchIndex: SearchIndex
}
