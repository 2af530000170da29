import { until } from '../poll.ts'
import { createDevice } from './create-device.ts'
import type { Device } from './device.ts'
import { forAll } from './for-all.ts'
import { growingPause } from './growing-pause.ts'
import type { LoadContext } from './load-context.ts'
import { createLoadContext } from './load-context.ts'
import type { LoadOptions } from './load-options.ts'
import type { NamedCommand } from './make-commands.ts'
import { createCommandMaker } from './make-commands.ts'
import type { Pace } from './pace.ts'
import { startPace } from './pace.ts'
import type { Performed, Performer } from './performer.ts'
import type { Population } from './population.ts'
import { planPopulation } from './population.ts'
import type { SchedulePlan } from './schedule.ts'
import type { SenderFactory } from './sender-factory.ts'
import type { Members } from './senders.ts'
import { randomSenders } from './senders.ts'
import type { Settled } from './sending.ts'
import { readSlowly } from './slow-reading.ts'

const messagesOnly: SenderFactory =
  ({ nextSender, post }) =>
  (dueMs) => {
    const { room, user } = nextSender()
    void post(user, room, dueMs)
  }

/** One process's part of a load: its share of the users, on sockets spread over the gateways. */
export interface Load extends Performer {
  readonly context: LoadContext
  readonly population: Population
  /** This process's users. */
  readonly devices: ReadonlyMap<number, Device>
  /** Binds all users; resolves with the service's id of each. */
  connect(): Promise<ReadonlyMap<number, string>>
  /** Creates the rooms of this process's users; needs the ids of all users. */
  createRooms(userIds: ReadonlyMap<number, string>): Promise<void>
  /** Sends `count` messages at `perSecond`, by random members of random rooms. */
  sendMessages(perSecond: number, count: number): Pace
  /** Sends a command at each time of the plan; by default messages by random members of random rooms. */
  sendByPlan(plan: SchedulePlan, senderOf?: SenderFactory): Pace
  /** From now on slow readers pause, and sockets are dropped; the two functions above call it. */
  startDisturbances(): void
  /** Sends a message once; only the recorder receives the outcome. */
  postOnce(user: number, room: number, intendedMs: number): void
  /** Resolves when every command has a final outcome. */
  settled(withinMs: number): Promise<void>
  stop(): void
}

const checkEveryMs = 500
const usersPerCommand = 1_000
const setupMs = 60_000

export const externalIdOf = (tag: number, user: number): string => `load-${tag.toString(36)}-${user}`

export const createLoad = (options: LoadOptions): Load => {
  const { urls, process = 0, processes = 1, tag, silenceMs = 10_000, reconnects = true } = options
  const context = createLoadContext(options)
  const { ids, random, now } = context
  const population = planPopulation(options)
  const make = createCommandMaker(context, options.messageSize)
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
        silenceMs,
        reconnects,
        reconnectPauseMs: options.reconnectPauseMs ?? growingPause(random),
        skims: options.skims?.(user) ?? false,
        onResumed: options.onResumed,
        isSlow: slow.has(user),
      }),
    )
  }

  const deviceOf = (user: number): Device => {
    const device = devices.get(user)
    if (device === undefined) throw new Error(`user ${user} is not of this process`)
    return device
  }

  const performBy = async (user: number, command: NamedCommand): Promise<Performed> => ({
    ...(await deviceOf(user).perform(command)),
    id: command.id,
  })

  const perform: Load['perform'] = (user, event, room, body, intendedMs = now()) =>
    performBy(user, make.command(event, room, body, intendedMs))

  const post: Load['post'] = (user, room, intendedMs = now()) => performBy(user, make.message(room, intendedMs))

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

  /** Over `rampMs`, or as fast as the service accepts a few at a time. A device that reconnects tries again by itself. */
  const openAll = async (all: readonly Device[]): Promise<void> => {
    const { rampMs = 0 } = options
    const open = (device: Device): Promise<void> =>
      device.connect().catch((error: unknown) => {
        if (!reconnects) throw error
      })
    if (rampMs === 0) return forAll(all, open)
    for (const [index, device] of all.entries()) setTimeout(() => void open(device), (index * rampMs) / all.length)
  }

  const connect = async (): Promise<ReadonlyMap<number, string>> => {
    const all = [...devices.values()]
    await openAll(all)
    await until('all users to be bound', () => all.every(({ userId }) => userId !== ''), {
      withinMs: setupMs + (options.rampMs ?? 0),
    })
    if (silenceMs !== Number.POSITIVE_INFINITY)
      everyMs(checkEveryMs, () => {
        for (const device of all) device.check()
      })
    return new Map(all.map(({ user, userId }) => [user, userId]))
  }

  /** Rooms that have members in this process, with these members. */
  const ownMembers = (): Members => {
    const own = [...population.members].map(([room, all]) => [room, all.filter((user) => devices.has(user))] as const)
    return new Map(own.filter(([, users]) => users.length > 0))
  }

  const startDisturbances = (): void => {
    const { dropsPerSecond = 0 } = options
    for (const user of slow) stopping.push(readSlowly(deviceOf(user)))
    if (dropsPerSecond > 0) everyMs((1_000 * processes) / dropsPerSecond, () => random.pick([...devices.values()]).drop())
  }

  const creatorOf = (room: number): number | undefined => population.members.get(room)?.[0]
  const sendByPlan: Load['sendByPlan'] = (plan, senderOf = messagesOnly) => {
    const members = ownMembers()
    startDisturbances()
    const nextSender = randomSenders(members, random)
    const send = senderOf({ members, creatorOf, nextSender, random, text: make.text, post, perform })
    return startPace({ ...plan, now, send })
  }

  return {
    context,
    population,
    devices,
    connect,
    createRooms: async (userIds) => {
      const own = [...population.members].filter(([, [creator = 0]]) => devices.has(creator)).map(([room]) => room)
      await forAll(own, (room) => createRoom(room, userIds))
    },
    sendMessages: (perSecond, count) => sendByPlan({ perSecond, count }),
    sendByPlan,
    startDisturbances,
    post,
    postOnce: (user, room, intendedMs) => deviceOf(user).sendOnce(make.message(room, intendedMs)),
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
