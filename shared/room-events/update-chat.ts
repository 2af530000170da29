import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { Chat, EventHead } from '../domain/events.ts'
import { whyNotAllowed } from '../domain/permissions.ts'
import type { Rejection } from '../domain/rejections.ts'
import { ann, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { chatContentShape, id, time } from '../protocol/shapes.ts'
import type { RequestedChatContent } from './chat-content.ts'
import { chatContentBody, chatContentOf, chatFields } from './chat-content.ts'
import { chatRulesLevel } from './chat-rules-level.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to change a chat. A field that is absent stays. */
export interface UpdateChat extends CommandHead {
  readonly type: 'UpdateChat'
  readonly body: { readonly chat: RequestedChatContent & { readonly name?: string | undefined } }
}

/** The event of an `UpdateChat` command. `body.chat` has the fields that were given, as they are now. */
export interface ChatUpdated extends EventHead {
  readonly type: 'ChatUpdated'
  readonly body: {
    readonly id: string
    readonly user_id: string
    readonly created_at: string
    readonly chat: Pick<Chat, 'id'> & Partial<Pick<Chat, 'name' | 'image' | 'data' | 'rules'>>
  }
}

const changes = { name: 'Lunch at noon', image: 'https://example.com/lunch.png', data: { team: 7 }, rules: { post: 'moderator' } }
const updated = {
  id: '01a20e3b-61b2-7d15-8e42-7c5a9b3f1d06',
  user_id: ann,
  created_at: '2026-11-24T15:45:02.370Z',
  chat: { id: room, ...changes },
}

/** Changes the name, the image, the data or the rules of a chat. */
export const updateChat = defineRoomEvent({
  name: 'update-chat',
  command: 'UpdateChat',
  event: 'ChatUpdated',
  level: chatRulesLevel,
  membership: 'none',
  isActivity: false,
  summary: 'Change the name, image, data or rules of a chat, by the rule `update`',
  price: { unit: 'bytes', per: 4_096 },
  examples: {
    request: { event: 'update-chat', id: '61', room, body: { chat: changes, id: updated.id } },
    feed: { id: '61', event: 'update-chat', room, seq: 11, body: updated },
  },
  request: (limits: ProtocolLimits) =>
    requestInRoom(
      'update-chat',
      z.strictObject({
        chat: z
          .strictObject({ name: field.text(1, limits.nameChars).optional(), ...chatFields(limits) })
          .refine((chat) => Object.keys(chat).length > 0, 'must name at least one field'),
        id: field.ownId.optional(),
      }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ chat: z.object({ name: z.string().optional(), ...chatContentBody }) }),
  feedBody: z.looseObject({
    id,
    user_id: id,
    created_at: time,
    chat: z.looseObject({ id, name: z.string().optional(), ...chatContentShape }),
  }),

  readSet: ({ user }: UpdateChat) => ({ members: [user], added: [] }),

  decide: (command: UpdateChat, state: ChatState): ChatUpdated | Rejection => {
    const rejection = whyNotAllowed('update', command, state)
    if (rejection !== undefined) return rejection
    const { name, ...content } = command.body.chat
    const chat = { id: command.stream, ...(name === undefined ? {} : { name }), ...chatContentOf(content) }
    const body = { id: command.id, user_id: command.user, created_at: nextTime(command, state), chat }
    return { type: 'ChatUpdated', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body: { chat } }: ChatUpdated) => ({
    ...state,
    name: chat.name ?? state.name,
    rules: chat.rules ?? state.rules,
  }),
})
