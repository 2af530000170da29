import { until } from '../poll.ts'
import type { Settled } from './connection.ts'
import type { Device } from './device.ts'
import { createDevice } from './device.ts'
import { parseDistribution } from './distribution.ts'
import type { OperationEvent } from './entry.ts'
import { creation } from './entry.ts'
import type { LoadContext } from './load-context.ts'
import { createLoadContext } from './load-context.ts'
import { messageText } from './message-text.ts'
import type { Pace } from './pace.ts'
import { startPace } from './pace.ts'
import type { Population, PopulationOptions } from './population.ts'
import { planPopulation } from './population.ts'
import { readSlowly } from './slow-reading.ts'

export interface LoadOptions extends PopulationOptions {
  readonly urls: readonly string[]
  readonly tag: number
  readonly startMs: number
  /** Characters of a message: see `parseDistribution`. */
  readonly messageSize: string
  /** Over which the sockets are opened. */
  readonly rampMs?: number
  /** By user; made up if it is not said. */
  readonly nameOf?: (user: number) => string
  /** By external id. */
  readonly tokenFor?: (externalId: string) => string | undefined
  readonly keepsHistory?: boolean
  readonly sendsAgain?: boolean
  readonly silenceMs?: number
  /** Users beyond those, who are connected and in no room. */
  readonly guests?: number
  /** Share of users who read in fits and starts. */
  readonly slowReaders?: number
  /** Sockets dropped at random, per second, over all processes. */
  readonly dropsPerSecond?: number
  readonly process?: number
  readonly processes?: number
}

/** One process's part of a load: its share of the users, on sockets spread over the gateways. */
export interface Load {
  readonly context: LoadContext
  readonly population: Population
  /** This process's users. */
  readonly devices: ReadonlyMap<number, Device>
  /** Binds all users; resolves with the service's id of each. */
  connect(): Promise<ReadonlyMap<number, string>>
  /** Creates the rooms of this process's users; needs the ids of everybody's. */
  createRooms(userIds: ReadonlyMap<number, string>): Promise<void>
  /** Sends `count` messages at `perSecond`, by random members of random rooms. */
  sendMessages(perSecond: number, count: number): Pace
  post(user: number, room: number, intendedMs?: number): Promise<Settled>
  perform(user: number, event: OperationEvent, room: number, body: object): Promise<Settled>
  /** Resolves when every command has its last word. */
  settled(withinMs: number): Promise<void>
  stop(): void
}

const checkEveryMs = 500
const usersPerCommand = 1_000
const setupMs = 60_000

export const externalIdOf = (tag: number, user: number): string => `load-${tag.toString(36)}-${user}`

export const createLoad = (options: LoadOptions): Load => {
  const { urls, process = 0, processes = 1, tag } = options
  const context = createLoadContext(options)
  const { ids, random, next, now } = context
  const population = planPopulation(options)
  const sizeOf = parseDistribution(options.messageSize)
  const devices = new Map<number, Device>()
  const slow = new Set<number>()
  const stopping: (() => void)[] = []

  const everybody = options.users + (options.guests ?? 0)
  for (let user = process; user < everybody; user += processes) {
    if (random.chance(options.slowReaders ?? 0)) slow.add(user)
    const externalId = options.nameOf?.(user) ?? externalIdOf(tag, user)
    const first = user % urls.length
    devices.set(
      user,
      createDevice(context, {
        user,
        externalId,
        urls: [...urls.slice(first), ...urls.slice(0, first)],
        token: options.tokenFor?.(externalId),
        sendsAgain: options.sendsAgain ?? true,
        silenceMs: options.silenceMs ?? 10_000,
        isSlow: slow.has(user),
      }),
    )
  }

  const deviceOf = (user: number): Device => {
    const device = devices.get(user)
    if (device === undefined) throw new Error(`user ${user} is not of this process`)
    return device
  }

  const perform = (user: number, event: OperationEvent, room: number, body: object, intendedMs = now()): Promise<Settled> => {
    const command = event === 'create-chat' ? creation : next.command()
    const id = ids.command(command, intendedMs)
    const [where, what] = event === 'create-chat' ? ['', body] : [`"room":"${ids.room(room)}",`, { ...body, id }]
    const rest = `"event":"${event}",${where}"body":${JSON.stringify(what)}}`
    return deviceOf(user).perform({ event, room, command, intendedMs, rest })
  }

  const post = (user: number, room: number, intendedMs = now()): Promise<Settled> =>
    perform(user, 'new-message', room, { msg: messageText(sizeOf(random)), type: 'text' }, intendedMs)

  const mustSucceed = async (what: string, performed: Promise<Settled>): Promise<void> => {
    const { outcome, code } = await performed
    if (outcome !== 'ok') throw new Error(`${what} was not confirmed: ${code}`)
  }

  const createRoom = async (room: number, userIds: ReadonlyMap<number, string>): Promise<void> => {
    const members = population.members.get(room) ?? []
    const [creator = 0] = members
    const named = members.map((user) => userIds.get(user) ?? '')
    const chat = { name: `room ${room}`, id: ids.room(room) }
    const first = named.splice(0, usersPerCommand)
    await mustSucceed(`room ${room}`, perform(creator, 'create-chat', room, { chat, users: first }))
    while (named.length > 0) {
      const more = named.splice(0, usersPerCommand)
      await mustSucceed(`members of room ${room}`, perform(creator, 'add-users', room, { users: more }))
    }
  }

  const everyMs = (ms: number, work: () => void): void => {
    const timer = setInterval(work, ms)
    stopping.push(() => clearInterval(timer))
  }

  const connect = async (): Promise<ReadonlyMap<number, string>> => {
    const all = [...devices.values()]
    const stepMs = (options.rampMs ?? 0) / Math.max(1, all.length)
    for (const [index, device] of all.entries()) {
      const wait = index * stepMs
      setTimeout(() => void device.connect().catch(() => {}), wait)
    }
    await until('all users to be bound', () => all.every(({ userId }) => userId !== ''), {
      withinMs: setupMs + (options.rampMs ?? 0),
    })
    everyMs(checkEveryMs, () => {
      for (const device of all) device.check()
    })
    return new Map(all.map(({ user, userId }) => [user, userId]))
  }

  /** Rooms of which at least one member is of this process, with those. */
  const ownMembers = (): (readonly [number, readonly number[]])[] =>
    [...population.members].flatMap(([room, members]) => {
      const own = members.filter((user) => devices.has(user))
      return own.length === 0 ? [] : [[room, own] as const]
    })

  return {
    context,
    population,
    devices,
    connect,
    createRooms: async (userIds) => {
      const own = [...population.members].filter(([, [creator = 0]]) => devices.has(creator)).map(([room]) => room)
      await Promise.all(own.map((room) => createRoom(room, userIds)))
    },
    sendMessages: (perSecond, count) => {
      const rooms = ownMembers()
      const { dropsPerSecond = 0 } = options
      for (const user of slow) stopping.push(readSlowly(deviceOf(user)))
      if (dropsPerSecond > 0) everyMs((1_000 * processes) / dropsPerSecond, () => random.pick([...devices.values()]).drop())
      return startPace({
        perSecond,
        count,
        now,
        send: (intendedMs) => {
          const [room, members] = random.pick(rooms)
          void post(random.pick(members), room, intendedMs)
        },
      })
    },
    post,
    perform,
    settled: async (withinMs) => {
      const isDone = (): boolean => [...devices.values()].every(({ unsettled }) => unsettled === 0)
      await until('all commands to be settled', isDone, { withinMs, everyMs: 50 })
    },
    stop: () => {
      for (const stop of stopping) stop()
      for (const device of devices.values()) device.stop()
    },
  }
}
