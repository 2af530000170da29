import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { EventHead } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import type { RoleCommand } from '../domain/role-changes.ts'
import { changedRoles, whyNotSet, withRoles } from '../domain/role-changes.ts'
import type { Role } from '../domain/roles.ts'
import { roleNames } from '../domain/roles.ts'
import { ann, bob, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { perUser } from '../protocol/price.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { id, role, time } from '../protocol/shapes.ts'
import { chatRulesLevel } from './chat-rules-level.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to set the role of users. */
export interface UpdateMembers extends RoleCommand {
  readonly type: 'UpdateMembers'
}

/** The event of an `UpdateMembers` command. Its `body.users` are those whose role has changed; empty if none has. */
export interface MembersUpdated extends EventHead {
  readonly type: 'MembersUpdated'
  readonly body: {
    readonly id: string
    readonly users: readonly string[]
    readonly role: Role
    readonly until?: string
    readonly user_id: string
    readonly created_at: string
  }
}

const until = '2026-11-24T16:45:00.000Z'
const updated = {
  id: '01a20e3b-61bc-7e31-9d04-2a6f8c1e5b73',
  users: [bob],
  role: 'reader',
  until,
  user_id: ann,
  created_at: '2026-11-24T15:45:02.380Z',
}

/** Sets the role of users: for ever, or a lower one until a time. Its event has no effect on the membership. */
export const updateMembers = defineRoomEvent({
  name: 'update-members',
  command: 'UpdateMembers',
  event: 'MembersUpdated',
  level: chatRulesLevel,
  membership: 'none',
  isActivity: false,
  summary: 'Set the role of members, mute them for a time, or lift bans, by the rule `roles`',
  price: perUser,
  examples: {
    request: { event: 'update-members', id: '64', room, body: { users: [bob], role: 'reader', until, id: updated.id } },
    feed: { id: '64', event: 'update-members', room, seq: 12, body: updated },
  },
  request: ({ usersPerCommand }: ProtocolLimits, level: number) =>
    requestInRoom(
      'update-members',
      z.strictObject({
        users: z.array(field.userRef(level)).max(usersPerCommand).min(1),
        role: z.enum(roleNames),
        until: field.instant.optional(),
        id: field.ownId.optional(),
      }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ users: z.array(z.guid()), role: z.enum(roleNames), until: z.string().optional() }),
  feedBody: z.looseObject({ id, users: z.array(id), role, until: time.optional(), user_id: id, created_at: time }),

  readSet: ({ user, body }: UpdateMembers) => ({
    members: [user, ...body.users],
    added: [],
    owners: body.users.includes(user),
  }),

  decide: (command: UpdateMembers, state: ChatState): MembersUpdated | Rejection => {
    const rejection = whyNotSet(command, state)
    if (rejection !== undefined) return rejection
    const { id: commandId, user, body: asked } = command
    const ends = asked.until === undefined ? {} : { until: asked.until }
    const set = { users: changedRoles(command, state), role: asked.role, ...ends }
    const body = { id: commandId, ...set, user_id: user, created_at: nextTime(command, state) }
    return { type: 'MembersUpdated', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body }: MembersUpdated) => withRoles(state, body),
})
