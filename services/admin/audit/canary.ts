import { createHash, randomUUIDv7 } from 'node:crypto'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { EventStore, Outcome } from '../../../shared/ports/event-store.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import { channels, readRoomPublication } from '../../../shared/records/publications.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { ChatCommand, Command } from '../../../shared/room-events/room-events.ts'
import type { Finding } from './findings.ts'

export interface CanaryDeps {
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly eventStore: Pick<EventStore, 'outcomes'>
  readonly readModel: Pick<ReadModel, 'usersByExternalId' | 'meta' | 'heads'>
  readonly fanOut: Pick<FanOut, 'subscribe' | 'state'>
  readonly clock: Clock
  readonly partitions: number
  readonly partitionOf: (key: string) => number
}

/** How one message fared through one partition. */
export interface Flight {
  readonly partition: number
  /** From its publishing to its event in the store; undefined: not in time. */
  readonly storedMs?: number
  /** The same, to the hearing of its publication. */
  readonly heardMs?: number
}

const externalUserId = 'chat-canary'
const digest = 'canary'
const lookAgainMs = 20
const patienceMs = 15_000

const fixedId = (text: string): string => {
  const hash = createHash('sha256').update(text).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

const monthMs = 30 * 86_400_000

/** The same for all audits of a store for 30 days, so that rooms are made once a month and `prune` can delete old ones. */
export const canarySalt = (epoch: string, nowMs: number): string => `${epoch} ${Math.floor(nowMs / monthMs)}`

/** One room for each partition. Skips the ids that `isTaken` names: clients choose the ids of chats. */
export const canaryRooms = async (
  { partitions, partitionOf }: Pick<CanaryDeps, 'partitions' | 'partitionOf'>,
  salt: string,
  isTaken: (room: string) => Promise<boolean>,
): Promise<ReadonlyMap<number, string>> => {
  const rooms = new Map<number, string>()
  for (let attempt = 0; rooms.size < partitions; attempt += 1) {
    const room = fixedId(`chat-canary ${salt} ${attempt}`)
    const partition = partitionOf(room)
    if (!rooms.has(partition) && !(await isTaken(room))) rooms.set(partition, room)
  }
  return rooms
}

/** Sends a message through every partition, from the log to the store and to who listens, in rooms of its own. */
export const flyCanaries = async (ports: CanaryDeps): Promise<readonly Flight[]> => {
  const { commandLog, eventStore, readModel, fanOut, clock } = ports
  const now = (): string => new Date(clock.nowMs()).toISOString()
  const pause = (): Promise<void> => new Promise((resolve) => void clock.after(lookAgainMs, resolve))

  const publish = (command: Command): Promise<void> =>
    commandLog.publish([
      {
        key: command.stream,
        value: writeCommand(command),
        headers: { [recordHeaders.command]: command.id, [recordHeaders.digest]: command.digest },
      },
    ])

  /** Probes until there is something, or patience ends. */
  const within = async <T>(probe: () => Promise<T | undefined>): Promise<T | undefined> => {
    const startedAt = clock.monotonicMs()
    for (;;) {
      const found = await probe()
      if (found !== undefined || clock.monotonicMs() - startedAt > patienceMs) return found
      await pause()
    }
  }

  const outcomeOf = (room: string, id: string): Promise<Outcome | undefined> =>
    within(async () => (await eventStore.outcomes([{ room, id, digest }]))[0])

  const ensureUser = async (): Promise<string | undefined> => {
    const find = async () => (await readModel.usersByExternalId([externalUserId])).get(externalUserId)
    if ((await find()) === undefined) {
      const head = { v: 1, type: 'CreateUser', stream: externalUserId, digest } as const
      await publish({ ...head, id: randomUUIDv7(), at: now(), body: { externalUserId, name: 'Canary' } })
    }
    return (await within(find))?.id
  }

  const fly = async (partition: number, room: string, user: string): Promise<Flight> => {
    const head = { v: 1, stream: room, digest, user } as const
    const create: ChatCommand = { ...head, type: 'CreateChat', id: room, at: now(), body: { name: 'canary', users: [user] } }
    const message: ChatCommand = {
      ...head,
      type: 'PostMessage',
      id: randomUUIDv7(),
      at: now(),
      body: { msg: now(), type: 'canary' },
    }
    let startedAt = 0
    let heardMs: number | undefined
    const subscription = fanOut.subscribe(channels.room(room), (payload) => {
      const isIt = readRoomPublication(payload)?.events.some(({ commandId }) => commandId === message.id)
      if (isIt) heardMs ??= clock.monotonicMs() - startedAt
    })
    await subscription.ready
    if ((await eventStore.outcomes([{ room, id: room, digest }]))[0] === undefined) await publish(create)
    startedAt = clock.monotonicMs()
    await publish(message)
    const outcome = await outcomeOf(room, message.id)
    const storedMs = clock.monotonicMs() - startedAt
    if (outcome?.kind === 'event') await within(async () => heardMs)
    subscription.close()
    return {
      partition,
      ...(outcome?.kind === 'event' ? { storedMs } : {}),
      ...(heardMs === undefined ? {} : { heardMs }),
    }
  }

  /** Another client's chat: its creation has another digest. */
  const isTaken = async (room: string): Promise<boolean> => {
    const [created] = await eventStore.outcomes([{ room, id: room, digest }])
    return created === undefined && (await readModel.heads([room])).has(room)
  }

  const salt = canarySalt((await readModel.meta()).epoch, clock.nowMs())
  const rooms = [...(await canaryRooms(ports, salt, isTaken))]
  const user = await ensureUser()
  if (user === undefined) return rooms.map(([partition]) => ({ partition }))
  return Promise.all(rooms.map(([partition, room]) => fly(partition, room, user)))
}

export const judgeFlights = (flights: readonly Flight[]): readonly Finding[] =>
  flights.flatMap(({ partition, storedMs, heardMs }): readonly Finding[] => {
    const where = `partition ${partition}`
    if (storedMs === undefined)
      return [{ part: 'canary', fault: 'missing', where, what: `a message was not stored within ${patienceMs} ms` }]
    if (heardMs !== undefined) return []
    return [{ part: 'canary', fault: 'late', where, what: 'a message was stored, and its publication was not heard' }]
  })
