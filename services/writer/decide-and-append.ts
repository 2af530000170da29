import type { Append, Appender, AppendResult, ReadSet, Snapshot } from '../../shared/ports/event-store.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import type { Decision, Verdict } from './decide-batch.ts'
import type { RememberedRoom } from './remembered-room.ts'
import { isKnownFor, roomAfter, roomRead, usersByRoom } from './remembered-room.ts'
import type { RoomMemory } from './room-memory.ts'

/** Decides one batch over a snapshot. Throws only by a fault of this program. */
export type Decide = (commands: readonly Command[], snapshot: Snapshot) => Verdict

/** The commands of one partition, and what has to be known to decide them. */
export interface Batch {
  readonly commands: readonly Command[]
  readonly wanted: ReadSet
}

/** `stale`: what the batches were decided from is out of date; nothing was stored. */
export type Attempt = 'stale' | readonly (readonly Decision[])[]

export interface DecideAndAppendDeps {
  readonly appender: Appender
  readonly memory: RoomMemory
  readonly decide: Decide
}

type Rooms = ReadonlyMap<string, RememberedRoom>

const nobody: ReadonlySet<string> = new Set()
const nothingRead: Snapshot = {
  chats: new Map(),
  knownUsers: new Set(),
  users: new Map(),
  chatCounts: new Map(),
  outcomes: new Map(),
}

const together = (batches: readonly Batch[]): ReadSet => ({
  rooms: batches.flatMap(({ wanted }) => wanted.rooms),
  commands: batches.flatMap(({ wanted }) => wanted.commands),
  members: batches.flatMap(({ wanted }) => wanted.members),
  users: batches.flatMap(({ wanted }) => wanted.users),
  externalIds: batches.flatMap(({ wanted }) => wanted.externalIds),
  chatCounts: {
    users: batches.flatMap(({ wanted }) => wanted.chatCounts.users),
    upTo: Math.max(...batches.map(({ wanted }) => wanted.chatCounts.upTo)),
  },
})

/**
 * What has to be read beside the rooms that are known. Outcomes are read for
 * rooms that are read anyway, and for create-user, which is of no room; in a
 * known room the append finds a command that has an outcome.
 */
const unanswered = (wanted: ReadSet, isKnown: (room: string) => boolean): ReadSet => ({
  ...wanted,
  rooms: wanted.rooms.filter((room) => !isKnown(room)),
  members: wanted.members.filter(({ room }) => !isKnown(room)),
  commands: wanted.commands.filter(({ room }) => !isKnown(room)),
})

const isEmpty = ({ rooms, members, users, externalIds, commands, chatCounts }: ReadSet): boolean =>
  [rooms, members, users, externalIds, commands, chatCounts.users].every(({ length }) => length === 0)

const chatsOf = (names: readonly string[], rooms: Rooms): Snapshot['chats'] =>
  new Map(
    names.flatMap((room) => {
      const state = rooms.get(room)?.state
      return state === undefined || state.seq === 0 ? [] : [[room, state] as const]
    }),
  )

const appendOf = (verdicts: readonly Verdict[], rooms: Rooms, read: ReadSet): Append => ({
  events: verdicts.flatMap(({ decided }) => decided.events),
  rejections: verdicts.flatMap(({ decided }) => decided.rejections),
  heads: new Map([...rooms].map(([room, { state }]) => [room, state.seq])),
  unread: new Set(rooms.keys()).difference(new Set(read.rooms)),
})

const append = async (appender: Appender, batch: Append): Promise<AppendResult> =>
  batch.events.length === 0 && batch.rejections.length === 0 ? 'appended' : appender.append(batch)

/**
 * Decides batches and stores what was decided, in one append; reads before
 * only what is not remembered. After a failure nothing of their rooms is, so
 * that the next attempt reads everything, recorded outcomes included.
 *
 * Every batch decides as if it were alone: batches are of different partitions,
 * hence of different rooms. Their rooms are out of the memory meanwhile, and
 * come back as they are after the commit.
 */
export const decideAndAppend = async (
  { appender, memory, decide }: DecideAndAppendDeps,
  batches: readonly Batch[],
): Promise<Attempt> => {
  const wanted = together(batches)
  const taken = memory.take(wanted.rooms)
  const users = usersByRoom(wanted)
  const missing = unanswered(wanted, (room) => isKnownFor(taken.get(room), users.get(room) ?? nobody))
  const read = isEmpty(missing) ? nothingRead : await appender.read(missing)
  const rooms = new Map(taken)
  for (const room of missing.rooms) rooms.set(room, roomRead(room, users.get(room) ?? nobody, read, taken.get(room)))

  const verdicts = batches.map(({ commands, wanted: own }) => decide(commands, { ...read, chats: chatsOf(own.rooms, rooms) }))
  if ((await append(appender, appendOf(verdicts, rooms, missing))) === 'stale') return 'stale'
  const after = new Map(verdicts.flatMap(({ chats }) => [...chats]))
  for (const [room, remembered] of rooms) memory.put(room, roomAfter(remembered, after.get(room)))
  return verdicts.map(({ decisions }) => decisions)
}
