import type { ChatState } from '../domain/chat.ts'
import { distinct, nextHead, notAllowed, withoutMembers } from '../domain/chat.ts'
import { isDirectChat, keepsItsMembers } from '../domain/direct-chat.ts'
import type { EventHead, Membership } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import { ann, cyd, room } from '../protocol/example-values.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { perUser } from '../protocol/price.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { membershipSchema } from '../protocol/shapes.ts'
import type { MembershipCommand } from './membership-command.ts'
import { membershipBody, membershipCommandBody, membershipRequest } from './membership-command.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to remove users from a room. */
export interface RemoveUsers extends MembershipCommand {
  readonly type: 'RemoveUsers'
}

/** The event of a `RemoveUsers` command. Its `body.users` are those who were members before. */
export interface UsersRemoved extends EventHead {
  readonly type: 'UsersRemoved'
  readonly body: Membership
}

const removed = {
  id: '01a20e3b-6140-7c12-a9d7-5b0c8f0e9a37',
  chat: { id: room, name: 'Lunch' },
  users: [cyd],
  user_id: ann,
  created_at: '2026-11-24T15:45:02.272Z',
}

/** A member may remove itself; the creator, while a member, may remove others. */
const mayRemove = (command: RemoveUsers, state: ChatState): boolean =>
  state.members.has(command.user) &&
  (command.user === state.createdBy || command.body.users.every((user) => user === command.user))

/** Removes users from a room. */
export const removeUsers = defineRoomEvent({
  name: 'remove-users',
  command: 'RemoveUsers',
  event: 'UsersRemoved',
  level: 1,
  membership: 'removes',
  isActivity: true,
  summary: 'Remove users from a chat as its creator, or as oneself',
  price: perUser,
  examples: {
    request: { event: 'remove-users', id: '5', room, body: { users: [cyd], id: removed.id } },
    feed: { id: '5', event: 'remove-users', room, seq: 4, body: removed },
  },
  request: (limits: ProtocolLimits, level: number) => requestInRoom('remove-users', membershipRequest(limits, level), level),
  commandContent: contentInRoom,
  commandBody: membershipCommandBody,
  feedBody: membershipSchema,

  readSet: ({ user, body }: RemoveUsers) => ({ members: [user, ...body.users], added: [] }),

  decide: (command: RemoveUsers, state: ChatState): UsersRemoved | Rejection => {
    if (!mayRemove(command, state)) return notAllowed
    if (isDirectChat(state)) return keepsItsMembers('remove')
    const leaving = distinct(command.body.users).filter((user) => state.members.has(user))
    return { type: 'UsersRemoved', ...nextHead(command, state), body: membershipBody(command, state, leaving) }
  },

  evolve: (state: ChatState, { body }: UsersRemoved) => withoutMembers(state, body.users),
})
