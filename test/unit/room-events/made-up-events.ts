import { z } from 'zod'
import type { ChatState } from '../../../shared/domain/chat.ts'
import { nextHead, nextTime, notAllowed, withMembers, withoutMembers } from '../../../shared/domain/chat.ts'
import type { EventHead } from '../../../shared/domain/events.ts'
import type { Rejection } from '../../../shared/domain/rejections.ts'
import { ann, bob, room } from '../../../shared/protocol/example-values.ts'
import { fieldsFrom } from '../../../shared/protocol/feature-level.ts'
import * as field from '../../../shared/protocol/fields.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import { perUser } from '../../../shared/protocol/price.ts'
import { requestInRoom } from '../../../shared/protocol/request-frame.ts'
import { id, time } from '../../../shared/protocol/shapes.ts'
import type { RoomCommand } from '../../../shared/room-events/room-event.ts'
import { contentInRoom, defineRoomEvent } from '../../../shared/room-events/room-event.ts'

interface WaveHand extends RoomCommand {
  readonly type: 'WaveHand'
  readonly body: { readonly hand: string; readonly twice?: boolean | undefined }
}
interface HandWaved extends EventHead {
  readonly type: 'HandWaved'
  readonly body: { id: string; hand: string; twice: boolean; user_id: string; created_at: string }
}

/** Leaves the membership alone. Level 3 introduces it, level 4 its field `twice`. */
export const waveHand = defineRoomEvent({
  name: 'wave-hand',
  command: 'WaveHand',
  event: 'HandWaved',
  level: 3,
  membership: 'none',
  isActivity: true,
  summary: 'Wave a hand',
  price: undefined,
  examples: {
    request: { event: 'wave-hand', room, body: { hand: 'left' } },
    feed: {
      event: 'wave-hand',
      room,
      seq: 6,
      body: { id: bob, hand: 'left', twice: false, user_id: ann, created_at: '2026-11-24T15:45:02.266Z' },
    },
  },
  request: (_: ProtocolLimits, level: number) =>
    requestInRoom(
      'wave-hand',
      z.strictObject({
        hand: z.enum(['left', 'right']),
        id: field.ownId.optional(),
        ...fieldsFrom(4, level, { twice: z.boolean().optional() }),
      }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ hand: z.string(), twice: z.boolean().optional() }),
  feedBody: z.looseObject({ id, hand: z.string(), twice: z.boolean(), user_id: id, created_at: time }),
  readSet: ({ user }: WaveHand) => ({ members: [user], added: [] }),
  decide: (command: WaveHand, state: ChatState): HandWaved | Rejection => {
    if (!state.members.has(command.user)) return notAllowed
    const { hand, twice = false } = command.body
    const body = { id: command.id, hand, twice, user_id: command.user, created_at: nextTime(command, state) }
    return { type: 'HandWaved', ...nextHead(command, state), body }
  },
  evolve: (state: ChatState, _: HandWaved) => state,
})

interface MemberCommand<Type> extends RoomCommand {
  readonly type: Type & string
  readonly body: { readonly users: readonly string[] }
}
interface MemberEvent<Type> extends EventHead {
  readonly type: Type
  readonly body: { users: readonly string[]; user_id: string; created_at: string }
}

const memberEvent = <const Name extends string, const Command extends string, const Event extends string>(
  names: { readonly name: Name; readonly command: Command; readonly event: Event },
  membership: 'adds' | 'removes',
  evolve: (state: ChatState, users: readonly string[]) => ChatState,
) =>
  defineRoomEvent({
    ...names,
    level: 3,
    membership,
    isActivity: true,
    summary: names.name,
    price: perUser,
    examples: { request: {}, feed: {} },
    request: (_: ProtocolLimits, __: number) =>
      requestInRoom(names.name, z.strictObject({ users: z.array(field.userId), id: field.ownId.optional() })),
    commandContent: contentInRoom,
    commandBody: z.object({ users: z.array(z.guid()) }),
    feedBody: z.looseObject({ users: z.array(id), user_id: id, created_at: time }),
    readSet: ({ user, body }: MemberCommand<Command>) => ({ members: [user, ...body.users], added: body.users }),
    decide: (command: MemberCommand<Command>, state: ChatState): MemberEvent<Event> | Rejection => {
      if (!state.members.has(command.user)) return notAllowed
      const users = command.body.users.filter((user) => state.members.has(user) === (membership === 'removes'))
      const body = { users, user_id: command.user, created_at: nextTime(command, state) }
      return { type: names.event, ...nextHead(command, state), body }
    },
    evolve: (state: ChatState, { body }: MemberEvent<Event>) => evolve(state, body.users),
  })

export const inviteGuests = memberEvent(
  { name: 'invite-guests', command: 'InviteGuests', event: 'GuestsInvited' },
  'adds',
  withMembers,
)
export const dismissGuests = memberEvent(
  { name: 'dismiss-guests', command: 'DismissGuests', event: 'GuestsDismissed' },
  'removes',
  withoutMembers,
)

/** The module `room-events.ts` with these events in its table. */
export const withMadeUpEvents = (actual: typeof import('../../../shared/room-events/room-events.ts')) => {
  const madeUp = { 'wave-hand': waveHand, 'invite-guests': inviteGuests, 'dismiss-guests': dismissGuests }
  const roomEvents = { ...actual.roomEvents, ...madeUp }
  const requestedRoomEvents = { ...actual.requestedRoomEvents, ...madeUp }
  return {
    ...actual,
    roomEvents,
    roomEventNames: Object.keys(roomEvents),
    allRoomEvents: Object.values(roomEvents),
    requestedRoomEvents,
    requestedRoomEventNames: Object.keys(requestedRoomEvents),
    allRequestedRoomEvents: Object.values(requestedRoomEvents),
  }
}
