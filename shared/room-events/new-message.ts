import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime, notAllowed } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead, Message } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import { bob, message, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { messageSchema } from '../protocol/shapes.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to post a message. `id` is the message's id. */
export interface PostMessage extends CommandHead {
  readonly type: 'PostMessage'
  readonly body: { readonly msg: string; readonly type: string }
}

/** The event of a `PostMessage` command. */
export interface MessagePosted extends EventHead {
  readonly type: 'MessagePosted'
  readonly body: Message
}

const starving = {
  id: '01a20e3b-6151-7d3a-b7fa-0e7c5be8d7f4',
  msg: 'Starving!',
  type: 'text',
  user_id: bob,
  created_at: '2026-11-24T15:45:02.289Z',
  modified_at: '2026-11-24T15:45:02.289Z',
}

/** Posts a message. The command's id is the message's id. */
export const newMessage = defineRoomEvent({
  name: 'new-message',
  command: 'PostMessage',
  event: 'MessagePosted',
  level: 1,
  membership: 'none',
  summary: 'Post a message as a user',
  price: { unit: 'bytes', per: 4_096 },
  examples: {
    request: { event: 'new-message', id: '3', room, body: { msg: 'Hungry?', type: 'text', id: message.id } },
    feed: { event: 'new-message', room, seq: 5, body: starving },
    answer: { id: '12', event: 'new-message', body: message },
  },
  request: ({ msgChars }: ProtocolLimits) =>
    requestInRoom(
      'new-message',
      z.strictObject({ msg: field.text(1, msgChars), type: field.messageType, id: field.ownId.optional() }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ msg: z.string(), type: z.string() }),
  feedBody: messageSchema,

  readSet: ({ user }: PostMessage) => ({ members: [user], added: [] }),

  decide: (command: PostMessage, state: ChatState): MessagePosted | Rejection => {
    if (!state.members.has(command.user)) return notAllowed
    const at = nextTime(command, state)
    const { msg, type } = command.body
    const body = { id: command.id, msg, type, user_id: command.user, created_at: at, modified_at: at }
    return { type: 'MessagePosted', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, _: MessagePosted) => state,
})
