import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { distinct, nextHead, nextTime, notAllowed, whyNotAdded, withMembers } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { Chat, EventHead } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import { ann, bob, chat, room } from '../protocol/example-values.ts'
import { fieldsFrom } from '../protocol/feature-level.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { perUser } from '../protocol/price.ts'
import { requestOutsideRooms } from '../protocol/request-frame.ts'
import { chatSchema, id } from '../protocol/shapes.ts'
import type { ChatContent } from './chat-content.ts'
import { chatContentBody, chatContentOf, chatFields } from './chat-content.ts'
import { chatRulesLevel } from './chat-rules-level.ts'
import { defineRoomEvent } from './room-event.ts'

/** The command to create a room. `stream` and `id` are both the room's id. */
export interface CreateChat extends CommandHead {
  readonly type: 'CreateChat'
  readonly body: ChatContent & { readonly name: string; readonly users: readonly string[] }
}

/** The first event of every room. `body.user_id` is the creator, who is also in `body.chat.users`. */
export interface ChatCreated extends EventHead {
  readonly type: 'ChatCreated'
  readonly body: { readonly chat: Chat; readonly user_id: string }
}

/** Creates a room. The command's id is the room's id. */
export const createChat = defineRoomEvent({
  name: 'create-chat',
  command: 'CreateChat',
  event: 'ChatCreated',
  level: 1,
  membership: 'adds',
  isActivity: true,
  summary: 'Create a chat as a user',
  price: perUser,
  examples: {
    request: { event: 'create-chat', id: '2', body: { chat: { name: 'Lunch', id: room }, users: [bob] } },
    feed: { id: '2', event: 'create-chat', room, seq: 1, body: { chat, user_id: ann } },
  },
  request: (limits: ProtocolLimits, level: number) =>
    requestOutsideRooms(
      'create-chat',
      z.strictObject({
        chat: z.strictObject({
          name: field.text(1, limits.nameChars),
          id: field.ownId.optional(),
          ...fieldsFrom(chatRulesLevel, level, chatFields(limits)),
        }),
        users: z.array(field.userRef(level)).max(limits.usersPerCommand).min(1),
      }),
    ),
  commandContent: ({ body: { chat: asked, users } }) => {
    const { id: ownId, name, ...content } = asked
    return { id: ownId, body: { name, users, ...content } }
  },
  commandBody: z.object({ name: z.string(), users: z.array(z.guid()), ...chatContentBody }),
  feedBody: z.looseObject({ chat: chatSchema, user_id: id }),

  readSet: ({ user, body }: CreateChat) => ({ members: [user], added: [user, ...body.users] }),

  decide: (command: CreateChat, state: ChatState): ChatCreated | Rejection => {
    if (state.seq > 0) return notAllowed
    const users = distinct([command.user, ...command.body.users])
    const rejection = whyNotAdded(users, users, state)
    if (rejection !== undefined) return rejection
    const at = nextTime(command, state)
    const { name, users: _, ...content } = command.body
    const created = { id: command.stream, name, users, created_at: at, modified_at: at, ...chatContentOf(content) }
    return { type: 'ChatCreated', ...nextHead(command, state), body: { chat: created, user_id: command.user } }
  },

  evolve: (state: ChatState, { body }: ChatCreated) =>
    withMembers({ ...state, name: body.chat.name, createdBy: body.user_id, rules: body.chat.rules ?? {} }, body.chat.users),
})
