import type { EventStore, MembershipSpan, Page } from '../../../shared/ports/event-store.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import { createKeyedTurns } from '../../../shared/runtime/async/keyed-turns.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { fromStore } from '../send-queue/feed-item.ts'

/** A page of a room, for one user, or for the repair of a gap in the room's feed, without a user. */
export interface PageLookup {
  readonly room: string
  readonly after: number
  readonly user?: string
}

/** A page of events and, if a user was named, the membership of that user. */
export interface ReaderPage {
  readonly items: readonly FeedItem[]
  readonly head: number
  readonly span: MembershipSpan | undefined
}

interface SharedPage {
  readonly room: string
  readonly after: number
  readonly users: Set<string>
}

interface ReadPage {
  readonly page: Page
  readonly items: readonly FeedItem[]
}

/**
 * Reads pages of rooms, one statement in flight.
 *
 * Promises:  a page is read after it was requested. Requests for the same place
 *            that wait at the same time share one page and its items. One
 *            statement reads no more pages than the answer budget holds, and
 *            no more than `pagesPerSession` pages of one user, over all of the
 *            user's sockets, so that a user with many rooms does not delay the others.
 */
export const createSharedPages = (
  store: Pick<EventStore, 'readPages'>,
  bounds: Pick<Bounds, 'answerBytes' | 'pageBytes' | 'pageEvents' | 'pagesPerSession'>,
): ((lookup: PageLookup) => Promise<ReaderPage>) => {
  const keyOf = ({ room, after }: Pick<PageLookup, 'room' | 'after'>): string => `${room} ${after}`
  /** Pages that no statement has taken yet. */
  const open = new Map<string, { readonly shared: SharedPage; readonly read: Promise<ReadPage> }>()

  const readAll = async (all: readonly SharedPage[]): Promise<readonly ReadPage[]> => {
    for (const shared of all) open.delete(keyOf(shared))
    const pages = await store.readPages(
      all.map(({ room, after, users }) => ({ room, after, limit: bounds.pageEvents, users: [...users] })),
    )
    return pages.map((page) => ({ page, items: page.events.map(fromStore) }))
  }
  const read = batcher<SharedPage, ReadPage>({
    run: readAll,
    maxItems: Math.max(1, Math.floor(bounds.answerBytes / bounds.pageBytes)),
  })

  const turns = createKeyedTurns(bounds.pagesPerSession)

  const lookUp = async ({ room, after, user }: PageLookup): Promise<ReaderPage> => {
    const key = keyOf({ room, after })
    const waiting = open.get(key)
    const shared = waiting?.shared ?? { room, after, users: new Set<string>() }
    if (user !== undefined) shared.users.add(user)
    const reading = waiting?.read ?? read(shared)
    // Only queued requests can be shared: an idle batcher has already sent this one.
    if (waiting === undefined && read.waiting > 0) open.set(key, { shared, read: reading })
    const { page, items } = await reading
    return { items, head: page.head, span: user === undefined ? undefined : page.members.get(user) }
  }

  return (lookup) => (lookup.user === undefined ? lookUp(lookup) : turns(lookup.user, () => lookUp(lookup)))
}
