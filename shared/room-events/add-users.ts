import { blocksAgainst } from '../domain/blocks.ts'
import type { ChatState } from '../domain/chat.ts'
import { distinct, nextHead, whyNotAdded, withMembers } from '../domain/chat.ts'
import type { EventHead, Membership } from '../domain/events.ts'
import { whyNotAllowed } from '../domain/permissions.ts'
import type { Rejection } from '../domain/rejections.ts'
import { ann, cyd, room } from '../protocol/example-values.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { perUser } from '../protocol/price.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { membershipSchema } from '../protocol/shapes.ts'
import type { MembershipCommand } from './membership-command.ts'
import { membershipBody, membershipCommandBody, membershipRequest } from './membership-command.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to add users to a room. */
export interface AddUsers extends MembershipCommand {
  readonly type: 'AddUsers'
}

/** The event of an `AddUsers` command. Its `body.users` are those who were not members before. */
export interface UsersAdded extends EventHead {
  readonly type: 'UsersAdded'
  readonly body: Membership
}

const added = {
  id: '01a20e3b-613a-7f0e-8b51-2f6f0a8f5b52',
  chat: { id: room, name: 'Lunch' },
  users: [cyd],
  user_id: ann,
  created_at: '2026-11-24T15:45:02.266Z',
}

/** Adds users to a room. */
export const addUsers = defineRoomEvent({
  name: 'add-users',
  command: 'AddUsers',
  event: 'UsersAdded',
  level: 1,
  membership: 'adds',
  isActivity: true,
  summary: 'Add users to a chat, by the rule `add`',
  price: perUser,
  examples: {
    request: { event: 'add-users', id: '4', room, body: { users: [cyd], id: added.id } },
    feed: { id: '4', event: 'add-users', room, seq: 3, body: added },
  },
  request: (limits: ProtocolLimits, level: number) => requestInRoom('add-users', membershipRequest(limits, level), level),
  commandContent: contentInRoom,
  commandBody: membershipCommandBody,
  feedBody: membershipSchema,

  readSet: ({ user, body }: AddUsers) => ({
    members: [user, ...body.users],
    added: body.users,
    blocks: blocksAgainst(user, body.users),
  }),

  decide: (command: AddUsers, state: ChatState): UsersAdded | Rejection => {
    const forbidden = whyNotAllowed('add', command, state)
    if (forbidden !== undefined) return forbidden
    const joining = distinct(command.body.users).filter((user) => !state.members.has(user))
    const rejection = whyNotAdded(command.user, command.body.users, joining, state)
    if (rejection !== undefined) return rejection
    return { type: 'UsersAdded', ...nextHead(command, state), body: membershipBody(command, state, joining) }
  },

  evolve: (state: ChatState, { body }: UsersAdded) => withMembers(state, body.users),
})
