import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { ErasableUser, ErasureReads, RoomOfUser } from '../../../shared/ports/erasure.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { eraseCommand, eraseUserCommand, recordOf } from './operator-commands.ts'

/** The ports that an erasure uses. */
export interface EraseUserDeps {
  readonly reads: ErasureReads
  readonly eventStore: Pick<EventStore, 'outcomes'>
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly clock: Clock
  readonly log: Log
}

/** The numbers of an erasure. With a dry run, those that it would have. */
export interface ErasureCounts {
  readonly rooms: number
  readonly memberships: number
  readonly messages: number
  /** Whether the external id, the profile and the blocks were erased now; false: they were before. */
  readonly profile: boolean
}

const pollMs = 20
/** The writers may be busy, or a writer may be replaced. */
const answerMs = 120_000
const roomsAtOnce = 8
const roomsPerReport = 50
/** The user may act until its memberships have ended, and others may add it until the profile is erased. */
const mostPasses = 5

/** Publishes a command and waits for its outcome. Rejects if it is refused, or if no writer decides it. */
const perform = async ({ commandLog, eventStore, clock }: EraseUserDeps, command: Command): Promise<void> => {
  const { stream: room, id, digest } = command
  const key = { room, id, digest }
  await commandLog.publish([recordOf(command)])
  for (const startedAt = clock.monotonicMs(); ; await pause(clock, pollMs)) {
    const [outcome] = await eventStore.outcomes([key])
    if (outcome?.kind === 'event') return
    if (outcome !== undefined) throw new Error(`the erasure of ${room} was refused: ${outcome.rejection.message}`)
    if (clock.monotonicMs() - startedAt > answerMs) {
      throw new Error('no writer has decided the erasure in time: run the same command again, and it continues')
    }
  }
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
  readonly rooms: number
  readonly memberships: number
  readonly messages: number
}

/** One pass over the rooms of the user. The rooms with nothing to erase cost one read each. */
const eraseRooms = async (deps: EraseUserDeps, user: string): Promise<Pass> => {
  const all = await deps.reads.roomsOf(user)
  const waiting = all.values()
  let [done, rooms, messages] = [0, 0, 0]
  const work = async (): Promise<void> => {
    for (const room of waiting) {
      const erased = await eraseRoom(deps, room, user)
      if (erased > 0 || room.isMember) rooms += 1
      messages += erased
      done += 1
      if (done % roomsPerReport === 0) deps.log.info({ rooms: done, of: all.length, messages }, 'erasure in progress')
    }
  }
  await Promise.all(Array.from({ length: roomsAtOnce }, work))
  return { rooms, memberships: all.filter(({ isMember }) => isMember).length, messages }
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
 *            membership or profile is left.
 * Does not:  end the sessions of the user: gateways close them within seconds. New tokens must not be issued for the user.
 */
export const eraseUser = async (deps: EraseUserDeps, { id, isErased }: ErasableUser): Promise<ErasureCounts> => {
  const passes = [await eraseRooms(deps, id)]
  if (!isErased) await eraseProfile(deps, id)
  for (let rest = await eraseRooms(deps, id); rest.rooms > 0; rest = await eraseRooms(deps, id)) {
    passes.push(rest)
    if (passes.length > mostPasses) throw new Error('the user is added to rooms again and again: run the same command later')
  }
  const sum = (of: (pass: Pass) => number): number => passes.reduce((total, pass) => total + of(pass), 0)
  return {
    rooms: sum(({ rooms }) => rooms),
    memberships: sum(({ memberships }) => memberships),
    messages: sum(({ messages }) => messages),
    profile: !isErased,
  }
}
