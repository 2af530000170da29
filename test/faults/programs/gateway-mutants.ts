import type { GatewayAdapters } from '../../../services/gateway/gateway-service.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import type { MembershipSpan, Page } from '../../../shared/ports/event-store.ts'
import type { RoomMembership } from '../../../shared/ports/read-model.ts'

type Mutant = (ports: GatewayAdapters) => GatewayAdapters

/** The unchanged ports. */
const nothing: Mutant = (ports) => ports

const withoutSweep: Mutant = (ports) => ({
  ...ports,
  readModel: { ...ports.readModel, changedHeads: async () => new Map() },
})

/** Hides the loss and the return of the fan-out, so that no full sweep follows a reconnect and no fast sweeps run meanwhile. */
const withoutBarrier: Mutant = (ports) => {
  const { fanOut } = ports
  return {
    ...ports,
    fanOut: {
      publish: fanOut.publish,
      subscribe: (topic, listener) => {
        const subscription = fanOut.subscribe(topic, listener)
        return { ready: Promise.resolve(), close: () => subscription.close() }
      },
      listeners: fanOut.listeners,
      state: 'up',
      onRestored: () => () => {},
      close: fanOut.close,
    },
  }
}

type ChangePage = (page: Page) => Page

/** A read for the repair of a room names no users; a read for followers names the users of these followers. */
const changedPages =
  (readers: 'rooms' | 'followers', change: ChangePage): Mutant =>
  (ports) => ({
    ...ports,
    eventStore: {
      ...ports.eventStore,
      readPages: async (requests) => {
        const pages = await ports.eventStore.readPages(requests)
        const isOurs = (place: number): boolean => (requests[place]?.users.length ?? 0) > 0 === (readers === 'followers')
        return pages.map((page, place) => (isOurs(place) ? change(page) : page))
      },
    },
  })

const withoutFirst: ChangePage = (page) => ({ ...page, events: page.events.slice(1) })
const withoutFirstOfSeveral: ChangePage = (page) => (page.events.length > 1 ? withoutFirst(page) : page)
const withoutAny: ChangePage = (page) => ({ ...page, events: [] })

/** The repair of a gap leaves out the first event of each page, also if it is the only one, so that any gap shows it. */
const withHolesInRepair = changedPages('rooms', withoutFirst)

/** The repair of a gap finds no events. */
const withoutRepair = changedPages('rooms', withoutAny)

/** A follower that joins, resumes or was slow misses the first event of each page that has more. */
const withHolesInFollowing = changedPages('followers', withoutFirstOfSeveral)

/** A follower that joins, resumes or was slow gets no missed events. */
const withoutFollowing = changedPages('followers', withoutAny)

/** The lookup at the deadline finds no outcome. */
const withoutLookUp: Mutant = (ports) => ({
  ...ports,
  eventStore: { ...ports.eventStore, outcomes: async (keys) => keys.map(() => undefined) },
})

/** Memberships never end. */
const withOldMemberships: Mutant = (ports) => {
  const known = new Map<string, Map<string, RoomMembership>>()
  const former = (user: string, now: readonly RoomMembership[]): RoomMembership[] => {
    const all = known.get(user) ?? new Map<string, RoomMembership>()
    known.set(user, all)
    for (const membership of now) all.set(membership.room, membership)
    return [...all.values()]
  }
  const forEver = (spans: ReadonlyMap<string, MembershipSpan>): ReadonlyMap<string, MembershipSpan> =>
    new Map([...spans].map(([user, { since }]) => [user, { since }]))
  const memberships = async (users: readonly string[]): Promise<ReadonlyMap<string, readonly RoomMembership[]>> => {
    const found = await ports.readModel.memberships(users)
    const heads = await ports.readModel.heads([...known.values()].flatMap((rooms) => [...rooms.keys()]))
    const all = users.map((user): [string, RoomMembership[]] => [
      user,
      former(user, found.get(user) ?? []).map((held) => ({ ...held, head: heads.get(held.room) ?? held.head })),
    ])
    return new Map(all.filter(([, rooms]) => rooms.length > 0))
  }
  const unreadMemberships: GatewayAdapters['readModel']['unreadMemberships'] = async (users) => {
    const nothingUnread = ({ head, ...room }: RoomMembership) => ({
      ...room,
      head,
      unread: 0,
      mentions: 0,
      read: { gen: 0, seq: head },
    })
    return new Map([...(await memberships(users))].map(([user, rooms]) => [user, rooms.map(nothingUnread)]))
  }
  const changedMemberships: GatewayAdapters['readModel']['changedMemberships'] = (followed) => memberships([...followed.keys()])
  return {
    ...ports,
    readModel: { ...ports.readModel, memberships, unreadMemberships, changedMemberships },
    eventStore: {
      ...ports.eventStore,
      readPages: async (requests) =>
        (await ports.eventStore.readPages(requests)).map((page) => ({ ...page, members: forEver(page.members) })),
    },
  }
}

/** A publish with an unknown result is reported as certainly not accepted. */
const withoutUnknown: Mutant = (ports) => ({
  ...ports,
  commandLog: {
    ...ports.commandLog,
    publish: async (records) => {
      try {
        await ports.commandLog.publish(records)
      } catch (error) {
        throw new PublishError('refused', 'reported as refused', { cause: error })
      }
    },
  },
})

/** A batch is published in reverse order. */
const withoutOrder: Mutant = (ports) => ({
  ...ports,
  commandLog: { ...ports.commandLog, publish: (records) => ports.commandLog.publish([...records].reverse()) },
})

export const gatewayMutants = {
  nothing,
  withoutSweep,
  withoutBarrier,
  withHolesInRepair,
  withoutRepair,
  withHolesInFollowing,
  withoutFollowing,
  withoutLookUp,
  withOldMemberships,
  withoutUnknown,
  withoutOrder,
} as const satisfies Readonly<Record<string, Mutant>>
