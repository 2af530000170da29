import type { Append, AppendResult, EventStore, Page, ReadSet, Snapshot, StoredEvent } from '../../../shared/ports/event-store.ts'
import { messagePosted, reading, tryAppend, withAppender, written } from '../stored-chat.ts'

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

/** Reads over a new appender. */
export const load = (store: EventStore, wanted: Partial<ReadSet>): Promise<Snapshot> =>
  withAppender(store, (appender) => appender.read(reading(wanted)))

/** Posts to the rooms at these heads. */
export const postAt = (store: EventStore, user: string, heads: ReadonlyMap<string, number>): Promise<AppendResult> =>
  tryAppend(store, { heads, events: [...heads].map(([room, head]) => written(messagePosted(room, head + 1, user))) })

/** Reads the heads and appends at them, again while the append is stale. Resolves with the number of attempts. */
export const postToAll = async (store: EventStore, user: string, rooms: readonly string[]): Promise<number> => {
  for (let attempts = 1; ; attempts += 1) {
    const { chats } = await load(store, { rooms })
    const heads = new Map(rooms.map((room) => [room, chats.get(room)?.seq ?? 0]))
    if ((await postAt(store, user, heads)) === 'appended') return attempts
  }
}

/** Appends these rejections at the present heads of their rooms. */
export const refuse = async (
  store: EventStore,
  rejections: Append['rejections'],
  unread: readonly string[] = [],
): Promise<AppendResult> => {
  const rooms = [...new Set(rejections.map(({ room }) => room))]
  const { chats } = await load(store, { rooms })
  const heads = new Map(rooms.map((room) => [room, chats.get(room)?.seq ?? 0]))
  return tryAppend(store, { heads, rejections, unread: new Set(unread) })
}
