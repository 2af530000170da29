import type { SearchIndex } from '../../../shared/ports/search-index.ts'
import type { OpenStore } from '../stored-chat.ts'

/** A store whose messages a search index finds. */
export interface OpenSearchStore extends OpenStore {
  readonly searchIndex: SearchIndex
}

export interface BoundedSearchStore extends OpenSearchStore {
  /** The same index, with small bounds of the work of a search. */
  readonly boundedIndex: SearchIndex
}
