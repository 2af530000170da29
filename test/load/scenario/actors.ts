import type { Load } from '../../support/load/load.ts'
import type { Scenario } from './scenario-file.ts'

/** A user, with the room in which it runs the flow. */
export interface Actor {
  readonly user: number
  readonly room: number
  /** A planned member of the room that is in this process; it never leaves. */
  readonly host: number
}

/** The users of this process; each runs at most one iteration at a time. */
export interface Actors {
  /** A random user that is free; undefined if all are busy. */
  take(): Actor | undefined
  giveBack(actor: Actor): void
  busy(): number
}

interface HostedRoom {
  readonly room: number
  readonly host: number
}

const hostedRooms = ({ population, devices }: Load): readonly HostedRoom[] =>
  [...population.members].flatMap(([room, members]) => {
    const host = members.find((user) => devices.has(user))
    return host === undefined ? [] : [{ room, host }]
  })

const attempts = 100

/** If the flow has a `join`, users act in rooms of which they are no members; otherwise in their own rooms. */
export const createActors = (load: Load, { flow }: Scenario): Actors => {
  const { population, devices, context } = load
  const rooms = hostedRooms(load)
  const joins = flow.some((step) => step.do === 'join')
  const isMember = (user: number, room: number): boolean => population.roomsOf(user).includes(room)
  const canAct = (user: number): boolean =>
    joins ? rooms.some(({ room }) => !isMember(user, room)) : population.roomsOf(user).length > 0
  const free = [...devices.keys()].filter(canAct)
  const total = free.length
  if (total === 0)
    throw new Error(
      joins
        ? '--scenario: no user can join a room, because each user is in all rooms; use more --rooms or a lower --room-size'
        : '--scenario: no user is in a room; use more --rooms or a larger --room-size',
    )

  const roomToJoin = (user: number): HostedRoom => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const hosted = context.random.pick(rooms)
      if (!isMember(user, hosted.room)) return hosted
    }
    return rooms.find(({ room }) => !isMember(user, room)) as HostedRoom
  }

  return {
    take: () => {
      if (free.length === 0) return undefined
      const place = context.random.below(free.length)
      const user = free[place] as number
      free[place] = free.at(-1) as number
      free.pop()
      return joins ? { user, ...roomToJoin(user) } : { user, room: context.random.pick(population.roomsOf(user)), host: user }
    },
    giveBack: ({ user }) => void free.push(user),
    busy: () => total - free.length,
  }
}
