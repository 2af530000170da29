import type { User } from '../../../shared/domain/events.ts'
import type { CommandKey, EventStore, RecordedOutcome } from '../../../shared/ports/event-store.ts'
import type {
  MemberKey,
  ReadModel,
  RoomMembership,
  SignalRoles,
  StoreMeta,
  UnreadMembership,
} from '../../../shared/ports/read-model.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import { createMembershipLookup } from './membership-lookup.ts'
import type { PageLookup, ReaderPage } from './shared-pages.ts'
import { createSharedPages } from './shared-pages.ts'

/**
 * Combines the look-ups of many sessions into few statements: one statement per
 * kind is in flight, and look-ups that arrive during it go into the next one.
 * Rejects as the ports do.
 */
export interface Lookups {
  /** Undefined: there is no such user. */
  user(externalId: string): Promise<User | undefined>
  /** When the last user was erased, in milliseconds since the epoch; undefined: none was. */
  lastErasureMs(): Promise<number | undefined>
  /** The present memberships of a user. */
  memberships(user: string): Promise<readonly RoomMembership[]>
  /** The same, with the unread messages of each room. */
  unreadMemberships(user: string): Promise<readonly UnreadMembership[]>
  /** The last seq of a room; 0: there is no such room. */
  head(room: string): Promise<number>
  /** The number of members of a room; 0: there is no such room. */
  memberCount(room: string): Promise<number>
  /** The role of a member now, and the one that signals need; undefined: not a member. */
  signalRoles(member: MemberKey): Promise<SignalRoles | undefined>
  /** A page of events of a room. */
  page(lookup: PageLookup): Promise<ReaderPage>
  /** Undefined: no outcome is recorded. */
  outcome(key: CommandKey): Promise<RecordedOutcome | undefined>
  /** The store's epoch, which changes when the store is restored, and its feature level. */
  meta(): Promise<StoreMeta>
}

/** Counting the unread messages of a room costs several times as much as reading the membership. */
const unreadCost = 4

const distinct = <T>(items: readonly T[]): T[] => [...new Set(items)]

export const createLookups = (store: EventStore, readModel: ReadModel, bounds: Bounds): Lookups => {
  const maxItems = bounds.lookupItems
  const user = batcher<string, User | undefined>({
    maxItems,
    run: async (ids) => {
      const found = await readModel.usersByExternalId(distinct(ids))
      return ids.map((id) => found.get(id))
    },
  })
  const memberships = createMembershipLookup<RoomMembership>((users, most) => readModel.memberships(users, most), bounds)
  const unreadBounds = { ...bounds, lookupItems: Math.ceil(maxItems / unreadCost) }
  const unreadMemberships = createMembershipLookup<UnreadMembership>(
    (users, most) => readModel.unreadMemberships(users, most),
    unreadBounds,
  )
  const head = batcher<string, number>({
    maxItems,
    run: async (rooms) => {
      const found = await readModel.heads(distinct(rooms))
      return rooms.map((room) => found.get(room) ?? 0)
    },
  })
  const memberCount = batcher<string, number>({
    maxItems,
    run: async (rooms) => {
      const found = await readModel.memberCounts(distinct(rooms))
      return rooms.map((room) => found.get(room) ?? 0)
    },
  })
  const signalRoles = batcher<MemberKey, SignalRoles | undefined>({
    maxItems,
    run: (members) => readModel.signalRoles(members),
  })
  const outcome = batcher<CommandKey, RecordedOutcome | undefined>({ maxItems, run: (keys) => store.outcomes(keys) })
  const meta = batcher<undefined, StoreMeta>({
    maxItems: Number.POSITIVE_INFINITY,
    run: async (requests) => {
      const found = await readModel.meta()
      return requests.map(() => found)
    },
  })
  const lastErasure = batcher<undefined, number | undefined>({
    maxItems: Number.POSITIVE_INFINITY,
    run: async (requests) => {
      const found = await readModel.lastErasureMs()
      return requests.map(() => found)
    },
  })
  return {
    user,
    lastErasureMs: () => lastErasure(undefined),
    memberships,
    unreadMemberships,
    head,
    memberCount,
    signalRoles,
    page: createSharedPages(store, bounds),
    outcome,
    meta: () => meta(undefined),
  }
}
