import type { Append, Appender, AppendResult, ReadSet, Snapshot } from '../../shared/ports/event-store.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import type { Decision } from './batch-state.ts'
import type { BatchDecision } from './decide-batch.ts'
import type { RememberedRoom } from './remembered-room.ts'
import { coversUsers, mergeRead, roomAfterBatch, usersByRoom } from './remembered-room.ts'
import type { RoomMemory } from './room-memory.ts'

/** Decides the commands of one batch from a snapshot. A throw is a bug. */
export type Decide = (commands: readonly Command[], snapshot: Snapshot) => BatchDecision

/** Commands of one partition, with the state that their decisions depend on. */
export interface Batch {
  readonly commands: readonly Command[]
  readonly readSet: ReadSet
}

/** The decisions of each batch, or `stale`: the state on which they are based has changed, and nothing was stored. */
export type AppendAttempt = 'stale' | readonly (readonly Decision[])[]

/** The connection and the memory of one writer session, and the decision function. */
export interface DecideAndAppendDeps {
  readonly appender: Appender
  readonly memory: RoomMemory
  readonly decide: Decide
}

type RememberedRooms = ReadonlyMap<string, RememberedRoom>

const noUsers: ReadonlySet<string> = new Set()
const emptySnapshot: Snapshot = {
  chats: new Map(),
  knownUsers: new Set(),
  messages: new Map(),
  owners: new Map(),
  users: new Map(),
  userStreams: new Map(),
  blocks: new Set(),
  chatCounts: new Map(),
  outcomes: new Map(),
}

const combinedReadSet = (batches: readonly Batch[]): ReadSet => ({
  rooms: batches.flatMap(({ readSet }) => readSet.rooms),
  commands: batches.flatMap(({ readSet }) => readSet.commands),
  members: batches.flatMap(({ readSet }) => readSet.members),
  users: batches.flatMap(({ readSet }) => readSet.users),
  externalIds: batches.flatMap(({ readSet }) => readSet.externalIds),
  userStreams: batches.flatMap(({ readSet }) => readSet.userStreams),
  blocks: batches.flatMap(({ readSet }) => readSet.blocks),
  messages: batches.flatMap(({ readSet }) => readSet.messages),
  reactions: batches.flatMap(({ readSet }) => readSet.reactions),
  owners: batches.flatMap(({ readSet }) => readSet.owners),
  chatCounts: {
    users: batches.flatMap(({ readSet }) => readSet.chatCounts.users),
    upTo: Math.max(...batches.map(({ readSet }) => readSet.chatCounts.upTo)),
  },
})

/**
 * The part of a read set that the memory does not hold: it never holds
 * messages or numbers of owners. A message that is read for a remembered room belongs to the remembered
 * state, because the append compares the head of the room. Recorded outcomes are
 * read only for rooms that are read, and for the streams of users: in
 * a remembered room the append detects a command that already has an outcome. The
 * outcome of a `create-chat`, whose id is that of the room, is always read: the
 * rejection of a direct chat is not recorded, so that no append would detect it.
 */
const withoutKnownRooms = (readSet: ReadSet, isKnown: (room: string) => boolean): ReadSet => ({
  ...readSet,
  rooms: readSet.rooms.filter((room) => !isKnown(room)),
  members: readSet.members.filter(({ room }) => !isKnown(room)),
  commands: readSet.commands.filter(({ room, id }) => !isKnown(room) || id === room),
})

const isEmpty = (readSet: ReadSet): boolean => {
  const { rooms, members, users, externalIds, userStreams, blocks, commands, chatCounts, messages, owners } = readSet
  const parts = [rooms, members, users, externalIds, userStreams, blocks, commands, chatCounts.users, messages, owners]
  return parts.every(({ length }) => length === 0)
}

/** The rooms that exist. */
const chatsOf = (names: readonly string[], rooms: RememberedRooms): Snapshot['chats'] =>
  new Map(
    names.flatMap((room) => {
      const state = rooms.get(room)?.state
      return state === undefined || state.seq === 0 ? [] : [[room, state] as const]
    }),
  )

const appendOf = (
  batches: readonly BatchDecision[],
  rooms: RememberedRooms,
  read: ReadSet,
  { userStreams }: Snapshot,
): Append => ({
  events: batches.flatMap(({ decided }) => decided.events),
  rejections: batches.flatMap(({ decided }) => decided.rejections),
  heads: new Map([...rooms].map(([room, { state }]) => [room, state.seq])),
  userHeads: new Map(read.userStreams.map((user) => [user, userStreams.get(user)?.seq ?? 0])),
  unread: new Set(rooms.keys()).difference(new Set(read.rooms)),
})

/** Needs no round trip if there is nothing to store. */
const appendIfAny = async (appender: Appender, batch: Append): Promise<AppendResult> =>
  batch.events.length === 0 && batch.rejections.length === 0 ? 'appended' : appender.append(batch)

/**
 * Decides batches and stores the decisions in one append; first reads the state
 * that the memory does not hold.
 *
 * The rooms of the batches are taken out of the memory, and put back in their
 * new state after the commit. After a failure they are missing from it, so that
 * the next attempt reads everything, recorded outcomes included. Batches are of
 * different partitions, hence of different rooms, so each is decided alone.
 */
export const decideAndAppend = async (
  { appender, memory, decide }: DecideAndAppendDeps,
  batches: readonly Batch[],
): Promise<AppendAttempt> => {
  // 1. Read: take the rooms from the memory, and read the missing state from the store.
  const readSet = combinedReadSet(batches)
  const remembered = memory.take(readSet.rooms)
  const users = usersByRoom(readSet)
  const missing = withoutKnownRooms(readSet, (room) => coversUsers(remembered.get(room), users.get(room) ?? noUsers))
  const read = isEmpty(missing) ? emptySnapshot : await appender.read(missing)
  const rooms = new Map(remembered)
  for (const room of missing.rooms) rooms.set(room, mergeRead(room, users.get(room) ?? noUsers, read, remembered.get(room)))
  // 2. Decide.
  const batchDecisions = batches.map(({ commands, readSet: { rooms: own } }) =>
    decide(commands, { ...read, chats: chatsOf(own, rooms) }),
  )
  // 3. Append.
  if ((await appendIfAny(appender, appendOf(batchDecisions, rooms, missing, read))) === 'stale') return 'stale'
  // 4. Remember the new states.
  const after = new Map(batchDecisions.flatMap(({ chats }) => [...chats]))
  for (const [room, before] of rooms) memory.put(room, roomAfterBatch(before, after.get(room)))
  return batchDecisions.map(({ decisions }) => decisions)
}
