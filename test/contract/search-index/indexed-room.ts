import type { Message, MessageReplacement } from '../../../shared/domain/events.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { IndexChange, SearchQuery } from '../../../shared/ports/search-index.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import type { OpenSearchStore } from './open-search-store.ts'

/** The change that an event of a message is for the index. */
export const changeOf = ({ stream: room, seq, type, data }: StoredEvent): IndexChange => {
  const body = JSON.parse(data) as Message | MessageReplacement
  const { id: message, user_id: author, msg: text, deleted } = 'message' in body ? body.message : body
  return type === 'MessageDeleted' || deleted === true ? { room, message } : { room, message, author, version: seq, text }
}

/** Searches as a user; returns the texts of the messages. */
export const textsFound = async (
  { searchIndex }: OpenSearchStore,
  reader: string,
  text: string,
  more: Partial<SearchQuery> = {},
): Promise<readonly string[]> => {
  const { messages } = await searchIndex.search({ reader, text, limit: 50, ...more })
  return messages.map(({ data }) => (JSON.parse(data) as Message).msg)
}

/** A room of Ann and Bob; `write` stores commands and indexes their events, `act` only stores. */
export const indexedRoom = async (opened: OpenSearchStore, people?: { readonly ann: string; readonly bob: string }) => {
  const room = await roomWithChanges(opened.store, people)
  const index = (...events: readonly (StoredEvent | string)[]): Promise<void> =>
    opened.searchIndex.apply(events.flatMap((event) => (typeof event === 'string' ? [] : [changeOf(event)])))
  const write = async (...commands: readonly Command[]): Promise<readonly (StoredEvent | string)[]> => {
    const outcomes = await room.act(...commands)
    await index(...outcomes)
    return outcomes
  }
  const found = (reader: string, text: string, more?: Partial<SearchQuery>) => textsFound(opened, reader, text, more)
  return { ...room, index, write, found }
}
