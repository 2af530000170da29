import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead, Message, MessageReplacement } from '../domain/events.ts'
import { permittedMessage } from '../domain/message-permissions.ts'
import type { MessageState } from '../domain/message-state.ts'
import { lastingParts } from '../domain/message-state.ts'
import { changeMessage } from '../domain/named-messages.ts'
import { whyNotAllowed } from '../domain/permissions.ts'
import type { Rejection } from '../domain/rejections.ts'
import { rejected } from '../domain/rejections.ts'
import { ann, bob, message, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { messageChangeSchema } from '../protocol/shapes.ts'
import type { OptionalContent } from './message-content.ts'
import { contentBody, contentFields, contentOf, contentRows, messageChangesLevel } from './message-content.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to replace the content of a message. */
export interface EditMessage extends CommandHead {
  readonly type: 'EditMessage'
  readonly body: OptionalContent & { readonly message: string; readonly msg: string; readonly type?: string | undefined }
}

/** The event of an `EditMessage` command. `body.message` is the whole message with its new content. */
export interface MessageEdited extends EventHead {
  readonly type: 'MessageEdited'
  readonly body: MessageReplacement
}

const content = { data: { price: 9 }, mentions: [bob] }
const edited = {
  id: '01a20e3b-6160-7f33-9c55-0d4b1a7e2c19',
  user_id: ann,
  created_at: '2026-11-24T15:45:02.304Z',
  message: { ...message, msg: 'Hungry? Pizza?', modified_at: '2026-11-24T15:45:02.304Z', ...content },
}

const tooManyEdits = (most: number): Rejection => {
  const reason = `a message is edited at most ${most} times`
  return rejected('invalid', `body.message: ${reason}`, { field: 'body.message', reason })
}

/** Always after the message was posted, also by a clock of milliseconds: clients tell edited messages by it. */
const modifiedAt = (at: string, { createdAt }: MessageState): string =>
  at > createdAt ? at : new Date(Date.parse(createdAt) + 1).toISOString()

const editedMessage = (command: EditMessage, before: MessageState, at: string): Message => ({
  id: before.id,
  msg: command.body.msg,
  type: command.body.type ?? before.type,
  user_id: before.user,
  created_at: before.createdAt,
  modified_at: modifiedAt(at, before),
  ...contentOf(command.body),
  ...lastingParts(before),
})

/** Replaces the content of a message by its author. The last edit in the room's order wins. */
export const editMessage = defineRoomEvent({
  name: 'edit-message',
  command: 'EditMessage',
  event: 'MessageEdited',
  level: messageChangesLevel,
  membership: 'none',
  isActivity: false,
  summary: 'Replace the content of a message as its author',
  price: { unit: 'bytes', per: 4_096 },
  rate: 'edits',
  examples: {
    request: {
      event: 'edit-message',
      id: '22',
      room,
      body: { message: message.id, msg: 'Hungry? Pizza?', type: 'text', ...content, id: edited.id },
    },
    feed: { id: '22', event: 'edit-message', room, seq: 6, body: edited },
  },
  request: (limits: ProtocolLimits, level: number) =>
    requestInRoom(
      'edit-message',
      z.strictObject({
        message: field.messageId,
        msg: field.text(1, limits.msgChars),
        type: field.messageType.optional(),
        ...contentFields(limits, level),
        id: field.ownId.optional(),
      }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ message: z.guid(), msg: z.string(), type: z.string().optional(), ...contentBody }),
  feedBody: messageChangeSchema,
  content: {
    message: (body: MessageReplacement) => body.message,
    redacted: (body: MessageReplacement, tombstone: Message) => ({ ...body, message: tombstone }),
  },

  readSet: ({ user, body }: EditMessage) => ({ members: [user], added: [], messages: [body.message], rows: contentRows(body) }),

  decide: (command: EditMessage, state: ChatState): MessageEdited | Rejection => {
    const permitted = permittedMessage('edit', command, state)
    if ('rejection' in permitted) return permitted.rejection
    const { message: before } = permitted
    const rejection = command.body.mentions === 'all' ? whyNotAllowed('mention_all', command, state) : undefined
    if (rejection !== undefined) return rejection
    if (before.edits >= state.maxEdits) return tooManyEdits(state.maxEdits)
    const at = nextTime(command, state)
    const body = { id: command.id, user_id: command.user, created_at: at, message: editedMessage(command, before, at) }
    return { type: 'MessageEdited', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body }: MessageEdited) =>
    changeMessage(state, body.message.id, (before) => ({ ...before, type: body.message.type, edits: before.edits + 1 })),
})
