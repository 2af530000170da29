import { randomUUIDv7 } from 'node:crypto'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { EventStore, RecordedOutcome } from '../../../shared/ports/event-store.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import { hashedId } from '../../../shared/records/hashed-id.ts'
import { channels, readRoomPublication } from '../../../shared/records/publications.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { ChatCommand, Command } from '../../../shared/room-events/room-events.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Finding } from './findings.ts'

/** The parts of the service that a canary message passes, and the lookups for its rooms. */
export interface CanaryDeps {
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly eventStore: Pick<EventStore, 'outcomes'>
  readonly readModel: Pick<ReadModel, 'usersByExternalId' | 'meta' | 'heads'>
  readonly fanOut: Pick<FanOut, 'subscribe' | 'state'>
  readonly clock: Clock
  readonly partitions: number
  readonly partitionOf: (key: string) => number
}

/** The latencies of one message through one partition. */
export interface CanaryResult {
  readonly partition: number
  /** From publishing to the stored event, in milliseconds; undefined after a timeout. */
  readonly storedMs?: number
  /** From publishing to the receipt of its publication from the fan-out, in milliseconds; undefined after a timeout. */
  readonly heardMs?: number
}

const externalUserId = 'chat-canary'
const digest = 'canary'
const pollMs = 20
const timeoutMs = 15_000

const idForm = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether the id has the form of the canaries' rooms. `prune` deletes old ones from the store, but not from the event stream. */
export const hasCanaryForm = (room: string): boolean => idForm.test(room)

const monthMs = 30 * 86_400_000

/** The same for all audits of a store for 30 days: rooms are created once per period, and `prune` can delete old ones. */
export const canarySalt = (epoch: string, nowMs: number): string => `${epoch} ${Math.floor(nowMs / monthMs)}`

/** One room per partition. Skips taken ids, because clients choose the ids of chats. */
export const canaryRooms = async (
  { partitions, partitionOf }: Pick<CanaryDeps, 'partitions' | 'partitionOf'>,
  salt: string,
  isTaken: (room: string) => Promise<boolean>,
): Promise<ReadonlyMap<number, string>> => {
  const rooms = new Map<number, string>()
  for (let attempt = 0; rooms.size < partitions; attempt += 1) {
    const room = hashedId(`chat-canary ${salt} ${attempt}`, '8')
    const partition = partitionOf(room)
    if (!rooms.has(partition) && !(await isTaken(room))) rooms.set(partition, room)
  }
  return rooms
}

/** Sends one message through every partition, from the log to the store and the fan-out, in rooms of the audit. */
export const sendCanaries = async (deps: CanaryDeps): Promise<readonly CanaryResult[]> => {
  const { commandLog, eventStore, readModel, fanOut, clock } = deps
  const now = (): string => new Date(clock.nowMs()).toISOString()

  const publish = (command: Command): Promise<void> =>
    commandLog.publish([
      {
        key: command.stream,
        value: writeCommand(command),
        headers: { [recordHeaders.command]: command.id, [recordHeaders.digest]: command.digest },
      },
    ])

  /** Polls until the probe has a result, or until the timeout. */
  const poll = async <T>(probe: () => Promise<T | undefined>): Promise<T | undefined> => {
    const startedAt = clock.monotonicMs()
    for (;;) {
      const found = await probe()
      if (found !== undefined || clock.monotonicMs() - startedAt > timeoutMs) return found
      await pause(clock, pollMs)
    }
  }

  const outcomeOf = (room: string, id: string): Promise<RecordedOutcome | undefined> =>
    poll(async () => (await eventStore.outcomes([{ room, id, digest }]))[0])

  const ensureUser = async (): Promise<string | undefined> => {
    const find = async () => (await readModel.usersByExternalId([externalUserId])).get(externalUserId)
    if ((await find()) === undefined) {
      const head = { v: 1, type: 'CreateUser', stream: externalUserId, digest } as const
      await publish({ ...head, id: randomUUIDv7(), at: now(), body: { externalUserId, name: 'Canary' } })
    }
    return (await poll(find))?.id
  }

  const sendCanary = async (partition: number, room: string, user: string): Promise<CanaryResult> => {
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
      const isOwn = readRoomPublication(payload)?.events.some(({ commandId }) => commandId === message.id)
      if (isOwn) heardMs ??= clock.monotonicMs() - startedAt
    })
    await subscription.ready
    if ((await eventStore.outcomes([{ room, id: room, digest }]))[0] === undefined) await publish(create)
    startedAt = clock.monotonicMs()
    await publish(message)
    const outcome = await outcomeOf(room, message.id)
    const storedMs = clock.monotonicMs() - startedAt
    if (outcome?.kind === 'event') await poll(async () => heardMs)
    subscription.close()
    return {
      partition,
      ...(outcome?.kind === 'event' ? { storedMs } : {}),
      ...(heardMs === undefined ? {} : { heardMs }),
    }
  }

  /** Whether the room is the chat of a client: its creation has another digest. */
  const isTaken = async (room: string): Promise<boolean> => {
    const [created] = await eventStore.outcomes([{ room, id: room, digest }])
    return created === undefined && (await readModel.heads([room])).has(room)
  }

  const salt = canarySalt((await readModel.meta()).epoch, clock.nowMs())
  const rooms = [...(await canaryRooms(deps, salt, isTaken))]
  const user = await ensureUser()
  if (user === undefined) return rooms.map(([partition]) => ({ partition }))
  return Promise.all(rooms.map(([partition, room]) => sendCanary(partition, room, user)))
}

/** A finding for each partition whose message was not stored, or whose publication was not received. */
export const canaryFindings = (flights: readonly CanaryResult[]): readonly Finding[] =>
  flights.flatMap(({ partition, storedMs, heardMs }): readonly Finding[] => {
    const where = `partition ${partition}`
    if (storedMs === undefined)
      return [{ part: 'canary', fault: 'missing', where, what: `a message was not stored within ${timeoutMs} ms` }]
    if (heardMs !== undefined) return []
    return [{ part: 'canary', fault: 'late', where, what: 'a message was stored, but its publication was not received' }]
  })
