import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { ErasableUser, ErasureReads, RoomOfUser } from '../../../shared/ports/erasure.ts'
import type { EventStore, RecordedOutcome } from '../../../shared/ports/event-store.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { eraseCommand, eraseUserCommand, recordOf } from './operator-commands.ts'
import type { DecisionDeps } from './until-decided.ts'
import { untilDecided } from './until-decided.ts'

/** The ports that an erasure uses. */
export interface EraseUserDeps extends DecisionDeps {
  readonly reads: ErasureReads
  readonly eventStore: Pick<EventStore, 'outcomes'>
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly log: Log
}

/** The numbers of an erasure. With a dry run, those that it would have. */
export interface ErasureCounts {
  readonly rooms: number
  readonly memberships: number
  readonly messages: number
  /** Whether the external id, the profile and the blocks were erased now; false: they were before. */
  readonly profile: boolean
  /** The rooms in which messages of the user remain, because the writers could not decide their commands; absent: there are none. */
  readonly failedRooms?: readonly string[]
}

/** The writers have acknowledged the command of one room or of the profile, and it has no effect. */
class NotErasedError extends Error {
  override readonly name = 'NotErasedError'
}

const roomsAtOnce = 8
const roomsPerReport = 50
/** The user may act until its memberships have ended, and others may add it until the profile is erased. */
const mostPasses = 5

/** Publishes a command and waits for its outcome. Rejects if it is refused, or if no writer decides it. */
const perform = async (deps: EraseUserDeps, command: Command): Promise<void> => {
  const { stream: room, id, digest } = command
  let outcome: RecordedOutcome | undefined
  await deps.commandLog.publish([recordOf(command)])
  const isDecided = await untilDecided(deps, async () => {
    outcome = (await deps.eventStore.outcomes([{ room, id, digest }]))[0]
    return outcome !== undefined
  })
  if (!isDecided) throw new NotErasedError(`the erasure of ${room} was not decided: chat.dead-letter has the command`)
  if (outcome?.kind === 'rejection') throw new NotErasedError(`the erasure of ${room} was refused: ${outcome.rejection.message}`)
}

const nowOf = ({ clock }: EraseUserDeps): string => new Date(clock.nowMs()).toISOString()

/** Erases the messages of the user in one room and ends its membership; resolves with the number of messages. */
const eraseRoom = async (deps: EraseUserDeps, { room, isMember, head }: RoomOfUser, user: string): Promise<number> => {
  let messages = 0
  for (let isFirst = true; ; isFirst = false) {
    const range = await deps.reads.nextRange(room, user)
    if (range === undefined && !(isFirst && isMember)) return messages
    const { from, before } = range ?? { from: head, before: head + 1 }
    await perform(deps, eraseCommand(room, { user, from, before }, nowOf(deps)))
    messages += range?.messages ?? 0
  }
}

/** A command of an earlier run, which a writer decides late, may erase the profile before this one. */
const eraseProfile = async (deps: EraseUserDeps, id: string): Promise<void> => {
  try {
    await perform(deps, eraseUserCommand(id, nowOf(deps)))
  } catch (error) {
    const user = await deps.reads.userById(id)
    if (user?.isErased !== true) throw error
  }
}

interface Pass {
  readonly failedRooms: readonly string[]
  readonly rooms: number
  readonly memberships: number
  readonly messages: number
}

/** One pass over the rooms of the user. The rooms with nothing to erase cost one read each. */
const eraseRooms = async (deps: EraseUserDeps, user: string): Promise<Pass> => {
  const all = await deps.reads.roomsOf(user)
  const waiting = all.values()
  let [done, rooms, messages] = [0, 0, 0]
  const failedRooms: string[] = []
  /** Undefined: the room is left out. */
  const attempt = async (room: RoomOfUser): Promise<number | undefined> => {
    try {
      return await eraseRoom(deps, room, user)
    } catch (error) {
      if (!(error instanceof NotErasedError)) throw error
      deps.log.error({ room: room.room, reason: error.message }, 'the messages of the user in a room were not erased')
      failedRooms.push(room.room)
      return undefined
    }
  }
  const work = async (): Promise<void> => {
    for (const room of waiting) {
      const erased = await attempt(room)
      if (erased === undefined) continue
      if (erased > 0 || room.isMember) rooms += 1
      messages += erased
      done += 1
      if (done % roomsPerReport === 0) deps.log.info({ rooms: done, of: all.length, messages }, 'erasure in progress')
    }
  }
  await Promise.all(Array.from({ length: roomsAtOnce }, work))
  const memberships = all.filter(({ room, isMember }) => isMember && !failedRooms.includes(room)).length
  return { failedRooms, rooms, memberships, messages }
}

/** The numbers that an erasure would have now. */
export const planErasure = async ({ reads }: EraseUserDeps, { id, isErased }: ErasableUser): Promise<ErasureCounts> => {
  const rooms = await reads.roomsOf(id)
  const memberships = rooms.filter(({ isMember }) => isMember).length
  return { rooms: rooms.length, memberships, messages: await reads.countMessages(id), profile: !isErased }
}

/**
 * Erases a user: its messages in all rooms, its memberships, its profile.
 *
 * Promises:  everything goes through the command log, so that clients and consumers of the event stream receive it in the
 *            order of each room. After an interruption, the same call continues with the rest. Resolves when no message,
 *            membership or profile is left, but for the rooms that it names as failed.
 * Does not:  end the sessions of the user: gateways close them within seconds. New tokens must not be issued for the user.
 */
export const eraseUser = async (deps: EraseUserDeps, { id, isErased }: ErasableUser): Promise<ErasureCounts> => {
  const passes = [await eraseRooms(deps, id)]
  if (!isErased) await eraseProfile(deps, id)
  let rest = await eraseRooms(deps, id)
  for (; rest.rooms > 0; rest = await eraseRooms(deps, id)) {
    passes.push(rest)
    if (passes.length > mostPasses) throw new Error('the user is added to rooms again and again: run the same command later')
  }
  const sum = (of: (pass: Pass) => number): number => passes.reduce((total, pass) => total + of(pass), 0)
  return {
    rooms: sum(({ rooms }) => rooms),
    memberships: sum(({ memberships }) => memberships),
    messages: sum(({ messages }) => messages),
    profile: !isErased,
    ...(rest.failedRooms.length === 0 ? {} : { failedRooms: rest.failedRooms }),
  }
}
