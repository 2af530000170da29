import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { distinct, nextHead, notAllowed, unknownAmong, withoutMembers } from '../domain/chat.ts'
import { isDirectChat, keepsItsMembers } from '../domain/direct-chat.ts'
import type { EventHead, Membership } from '../domain/events.ts'
import { isBanned } from '../domain/member-roles.ts'
import type { Rejection } from '../domain/rejections.ts'
import { whyNotAbove, withBanned } from '../domain/role-changes.ts'
import { ann, cyd, room } from '../protocol/example-values.ts'
import { fieldsFrom } from '../protocol/feature-level.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { perUser } from '../protocol/price.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { membershipSchema } from '../protocol/shapes.ts'
import { chatRulesLevel } from './chat-rules-level.ts'
import type { MembershipCommand } from './membership-command.ts'
import { membershipBody, membershipCommandBody, membershipRequest } from './membership-command.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to remove users from a room. */
export interface RemoveUsers extends MembershipCommand {
  readonly type: 'RemoveUsers'
  readonly body: MembershipCommand['body'] & { readonly ban?: boolean | undefined }
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

/** A member may always leave; to remove others, or to ban, needs a role above theirs. */
const whyNotRemoved = (command: RemoveUsers, state: ChatState): Rejection | undefined => {
  const { users, ban = false } = command.body
  if (!state.members.has(command.user)) return notAllowed
  if (isDirectChat(state)) return keepsItsMembers('remove')
  const removed = ban ? users : users.filter((user) => user !== command.user)
  const rejection = removed.length === 0 ? undefined : whyNotAbove('remove', command, removed, state)
  return rejection ?? (ban ? unknownAmong(users, state) : undefined)
}

/** Removes users from a room, and may ban them from it. */
export const removeUsers = defineRoomEvent({
  name: 'remove-users',
  command: 'RemoveUsers',
  event: 'UsersRemoved',
  level: 1,
  membership: 'removes',
  isActivity: true,
  summary: 'Remove or ban users, by the rule `remove`, or leave a chat',
  price: perUser,
  examples: {
    request: { event: 'remove-users', id: '5', room, body: { users: [cyd], id: removed.id } },
    feed: { id: '5', event: 'remove-users', room, seq: 4, body: removed },
  },
  request: (limits: ProtocolLimits, level: number) =>
    requestInRoom(
      'remove-users',
      membershipRequest(limits, level).extend(fieldsFrom(chatRulesLevel, level, { ban: z.boolean().optional() })),
      level,
    ),
  commandContent: contentInRoom,
  commandBody: membershipCommandBody.extend({ ban: z.boolean().optional() }),
  feedBody: membershipSchema,

  readSet: ({ user, body }: RemoveUsers) => ({
    members: [user, ...body.users],
    added: body.ban === true ? body.users : [],
  }),

  decide: (command: RemoveUsers, state: ChatState): UsersRemoved | Rejection => {
    const rejection = whyNotRemoved(command, state)
    if (rejection !== undefined) return rejection
    const named = distinct(command.body.users)
    const banned = named.filter((user) => !isBanned(user, state))
    const leaving = named.filter((user) => state.members.has(user))
    const body = { ...membershipBody(command, state, leaving), ...(command.body.ban === true ? { banned } : {}) }
    return { type: 'UsersRemoved', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body }: UsersRemoved) => withBanned(withoutMembers(state, body.users), body.banned ?? []),
})
