import type { EventStore, Loaded, NewEvent, Page, StoredEvent, Touched } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { messagePosted, nothing, touching, written } from '../stored-chat.ts'

/** What a lost race rejects with. */
export const clash = { name: StoreError.name, fault: 'clash' }

/** One page of one room. */
export const pageOf = async (
  store: EventStore,
  room: string,
  after = 0,
  limit = 1_000,
  users: readonly string[] = [],
): Promise<Page> => {
  const [page] = await store.readPages([{ room, after, limit, users }])
  if (page === undefined) throw new Error('one request must give one page')
  return page
}

/** All events of a stream, page by page. */
export const allEvents = async (store: EventStore, room: string): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = []
  for (;;) {
    const page = await pageOf(store, room, events.at(-1)?.seq ?? 0)
    if (page.events.length === 0) return events
    events.push(...page.events)
  }
}

/** What a transaction sees of this, storing nothing. */
export const load = async (store: EventStore, touched: Partial<Touched>): Promise<Loaded> => {
  const seen: Loaded[] = []
  await store.transact(touching(touched), (loaded) => {
    seen.push(loaded)
    return nothing
  })
  if (seen[0] === undefined || seen.length !== 1) throw new Error('decide must be called once')
  return seen[0]
}

/** The next message of a room, after the head that was loaded. */
export const post = (room: string, user: string, loaded: Loaded): NewEvent =>
  written(messagePosted(room, (loaded.chats.get(room)?.seq ?? 0) + 1, user))
