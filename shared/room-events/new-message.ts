import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead, Message } from '../domain/events.ts'
import { postedMessage } from '../domain/message-state.ts'
import { presentMessage, unknownMessage, withMessage } from '../domain/named-messages.ts'
import { whyNotAllowed } from '../domain/permissions.ts'
import type { Rejection } from '../domain/rejections.ts'
import { rejected } from '../domain/rejections.ts'
import { bob, message, room } from '../protocol/example-values.ts'
import { fieldsFrom } from '../protocol/feature-level.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { messageSchema } from '../protocol/shapes.ts'
import type { OptionalContent } from './message-content.ts'
import { contentBody, contentFields, contentOf, contentRows, messageChangesLevel } from './message-content.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to post a message. `id` is the message's id. */
export interface PostMessage extends CommandHead {
  readonly type: 'PostMessage'
  readonly body: OptionalContent & {
    readonly msg: string
    readonly type: string
    readonly thread?: string | undefined
    readonly reply_to?: string | undefined
    readonly silent?: boolean | undefined
  }
}

/** The event of a `PostMessage` command. */
export interface MessagePosted extends EventHead {
  readonly type: 'MessagePosted'
  readonly body: Message
}

const example = {
  id: '01a20e3b-6151-7d3a-b7fa-0e7c5be8d7f4',
  msg: 'Starving!',
  type: 'text',
  user_id: bob,
  created_at: '2026-11-24T15:45:02.289Z',
  modified_at: '2026-11-24T15:45:02.289Z',
}

/** The fields that level 2 and later ones have added. */
const laterFields = (limits: ProtocolLimits, level: number) => ({
  ...contentFields(limits, level),
  thread: field.messageId.optional(),
  reply_to: field.messageId.optional(),
  silent: z.boolean().optional(),
})

/** Why a message cannot refer to these messages; undefined: it can. */
const referenceRejection = ({ body: { thread, reply_to: replyTo } }: PostMessage, state: ChatState): Rejection | undefined => {
  if (thread !== undefined) {
    const root = presentMessage(state, thread)
    if (root === undefined) return unknownMessage('body.thread')
    const reason = 'is itself a reply in a thread'
    if (root.thread !== undefined) return rejected('invalid', `body.thread: ${reason}`, { field: 'body.thread', reason })
  }
  return replyTo !== undefined && presentMessage(state, replyTo) === undefined ? unknownMessage('body.reply_to') : undefined
}

/** Why the acting user must not post this message; undefined: it may. */
const whyNotPosted = (command: PostMessage, state: ChatState): Rejection | undefined => {
  const { thread, mentions, attachments } = command.body
  return (
    whyNotAllowed('post', command, state) ??
    (attachments === undefined ? undefined : whyNotAllowed('upload', command, state)) ??
    (thread === undefined ? undefined : whyNotAllowed('thread', command, state)) ??
    (mentions === 'all' ? whyNotAllowed('mention_all', command, state) : undefined)
  )
}

/** The optional members of the message, in their order on the wire. */
const optionalParts = ({ thread, reply_to: replyTo, silent, ...content }: PostMessage['body']): Partial<Message> => ({
  ...contentOf(content),
  ...(thread === undefined ? {} : { thread }),
  ...(replyTo === undefined ? {} : { reply_to: replyTo }),
  ...(silent === true ? { silent } : {}),
})

/** The messages to which a message refers. */
const referred = ({ thread, reply_to: replyTo }: PostMessage['body']): readonly string[] =>
  [thread, replyTo].filter((id) => id !== undefined)

/** Posts a message. The command's id is the message's id. */
export const newMessage = defineRoomEvent({
  name: 'new-message',
  command: 'PostMessage',
  event: 'MessagePosted',
  level: 1,
  membership: 'none',
  isActivity: true,
  summary: 'Post a message as a user',
  price: { unit: 'bytes', per: 4_096 },
  examples: {
    request: { event: 'new-message', id: '3', room, body: { msg: 'Hungry?', type: 'text', id: message.id } },
    feed: { event: 'new-message', room, seq: 5, body: example },
    answer: { id: '12', event: 'new-message', body: message },
  },
  request: (limits: ProtocolLimits, level: number) =>
    requestInRoom(
      'new-message',
      z.strictObject({
        msg: field.text(1, limits.msgChars),
        type: field.messageType,
        id: field.ownId.optional(),
        ...fieldsFrom(messageChangesLevel, level, laterFields(limits, level)),
      }),
      level,
    ),
  commandContent: contentInRoom,
  commandBody: z.object({
    msg: z.string(),
    type: z.string(),
    ...contentBody,
    thread: z.guid().optional(),
    reply_to: z.guid().optional(),
    silent: z.boolean().optional(),
  }),
  feedBody: messageSchema,
  content: { message: (body: Message) => body, redacted: (_: Message, tombstone: Message) => tombstone },

  readSet: ({ user, body }: PostMessage) => ({ members: [user], added: [], messages: referred(body), rows: contentRows(body) }),

  decide: (command: PostMessage, state: ChatState): MessagePosted | Rejection => {
    const rejection = whyNotPosted(command, state) ?? referenceRejection(command, state)
    if (rejection !== undefined) return rejection
    const at = nextTime(command, state)
    const { msg, type } = command.body
    const plain = { id: command.id, msg, type, user_id: command.user, created_at: at, modified_at: at }
    const body: Message = { ...plain, ...optionalParts(command.body) }
    return { type: 'MessagePosted', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { seq, body }: MessagePosted) =>
    state.messages.has(body.id) ? withMessage(state, postedMessage(seq, body)) : state,
})
