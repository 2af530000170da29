import type { User } from '../../shared/domain/events.ts'
import type { CommandKey, EventStore, MembershipSpan, Outcome, Page, PageRequest } from '../../shared/ports/event-store.ts'
import type { HeldMembership, ReadModel } from '../../shared/ports/read-model.ts'
import { batcher } from '../../shared/runtime/batcher.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'

/** A page of a room for one reader (or for the room's own repair, without one). */
export interface PageLookup {
  readonly room: string
  readonly after: number
  readonly user?: string
}

export interface ReaderPage {
  readonly events: Page['events']
  readonly head: number
  readonly span: MembershipSpan | undefined
}

/**
 * Look-ups of many sessions in few statements: one statement in flight per
 * kind, what arrives meanwhile goes into the next. Rejections are the ports'.
 */
export interface Lookups {
  user(externalId: string): Promise<User | undefined>
  memberships(user: string): Promise<readonly HeldMembership[]>
  head(room: string): Promise<number>
  page(lookup: PageLookup): Promise<ReaderPage>
  outcome(key: CommandKey): Promise<Outcome | undefined>
  epoch(): Promise<string>
}

const distinct = <T>(items: readonly T[]): T[] => [...new Set(items)]

/** Those who wait for one place of one room share its page. */
const readShared = async (store: EventStore, limit: number, lookups: readonly PageLookup[]): Promise<ReaderPage[]> => {
  const requests = new Map<string, PageRequest & { users: string[] }>()
  const keyOf = ({ room, after }: PageLookup): string => `${room} ${after}`
  for (const lookup of lookups) {
    const key = keyOf(lookup)
    const request = requests.get(key) ?? { room: lookup.room, after: lookup.after, limit, users: [] }
    if (lookup.user !== undefined && !request.users.includes(lookup.user)) request.users.push(lookup.user)
    requests.set(key, request)
  }
  const keys = [...requests.keys()]
  const pages = await store.readPages([...requests.values()])
  const byKey = new Map(keys.map((key, index) => [key, pages[index]]))
  return lookups.map((lookup) => {
    const page = byKey.get(keyOf(lookup))
    if (page === undefined) throw new Error('the store left out a page')
    return { events: page.events, head: page.head, span: lookup.user === undefined ? undefined : page.members.get(lookup.user) }
  })
}

export const createLookups = (store: EventStore, readModel: ReadModel, bounds: Bounds): Lookups => {
  const maxItems = bounds.lookupItems
  const user = batcher<string, User | undefined>({
    maxItems,
    run: async (ids) => {
      const found = await readModel.usersByExternalId(distinct(ids))
      return ids.map((id) => found.get(id))
    },
  })
  const memberships = batcher<string, readonly HeldMembership[]>({
    maxItems,
    run: async (users) => {
      const found = await readModel.memberships(distinct(users))
      return users.map((id) => found.get(id) ?? [])
    },
  })
  const head = batcher<string, number>({
    maxItems,
    run: async (rooms) => {
      const found = await readModel.heads(distinct(rooms))
      return rooms.map((room) => found.get(room) ?? 0)
    },
  })
  const page = batcher<PageLookup, ReaderPage>({ maxItems, run: (items) => readShared(store, bounds.pageEvents, items) })
  const outcome = batcher<CommandKey, Outcome | undefined>({ maxItems, run: (keys) => store.outcomes(keys) })
  const epoch = batcher<undefined, string>({
    maxItems: Number.POSITIVE_INFINITY,
    run: async (asked) => {
      const found = await readModel.epoch()
      return asked.map(() => found)
    },
  })
  return { user, memberships, head, page, outcome, epoch: () => epoch(undefined) }
}
