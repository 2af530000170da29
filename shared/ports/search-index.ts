import type { TextRange } from '../search/search-text.ts'

/** The text of a message as an event of its room has it. */
export interface MessageText {
  readonly room: string
  /** The id of the message. */
  readonly message: string
  readonly author: string
  /** The seq of the event with this text. */
  readonly version: number
  readonly text: string
}

/** A message that may have been deleted. */
export interface DeletedMessage {
  readonly room: string
  readonly message: string
}

/** Messages of a room that may have been deleted: those with a seq from `from` on and below `before`. */
export interface DeletedRange {
  readonly room: string
  readonly from: number
  readonly before: number
}

/** A change of the index: a new text of a message, or deletions. Messages that exist are not removed. */
export type IndexChange = MessageText | DeletedMessage | DeletedRange

/** A request for one page of the messages that have all words of a text. */
export interface SearchQuery {
  /** The user who searches: finds messages of the chats of which the user is a member now. */
  readonly reader: string
  readonly text: string
  /** Only these of the reader's chats. */
  readonly chats?: readonly string[] | undefined
  /** Only messages of this author. */
  readonly author?: string | undefined
  /** ISO instants; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A message that matches, as it is now. */
export interface SearchHit {
  readonly room: string
  /** The seq of the event that posted it. */
  readonly seq: number
  /** Its newest version, as JSON text. */
  readonly data: string
  /** The places of the words in `msg`. */
  readonly matches: readonly TextRange[]
}

/** One page, newest first. It may have fewer messages than the limit, even none, and a cursor. */
export interface SearchPage {
  readonly messages: readonly SearchHit[]
  readonly nextCursor?: string
}

/**
 * Finds messages by their words.
 *
 * Promises:  a search returns only messages of chats of which the reader is a
 *            member in the snapshot of the search, and only texts that the
 *            messages have in this snapshot: a message that was deleted, or
 *            edited, is not found by its former text, whatever the index has.
 *            `apply` is idempotent, and an older text never replaces a newer
 *            one. Both reject with `StoreError`; `search` with `CursorError`
 *            for a bad cursor.
 * Does not:  find a text before `apply` has resolved.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface SearchIndex {
  /** Resolves when the changes are durable. */
  apply(changes: readonly IndexChange[]): Promise<void>
  search(query: SearchQuery): Promise<SearchPage>
}
