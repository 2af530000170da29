import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead, MessageReplacement } from '../domain/events.ts'
import { permittedMessage } from '../domain/message-permissions.ts'
import { tombstoneOf } from '../domain/message-state.ts'
import { changeMessage } from '../domain/named-messages.ts'
import type { Rejection } from '../domain/rejections.ts'
import { ann, message, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { messageChangeSchema } from '../protocol/shapes.ts'
import { messageChangesLevel } from './message-content.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to delete a message. */
export interface DeleteMessage extends CommandHead {
  readonly type: 'DeleteMessage'
  readonly body: { readonly message: string }
}

/** The event of a `DeleteMessage` command. `body.message` is the tombstone. The text of the message is removed from earlier events. */
export interface MessageDeleted extends EventHead {
  readonly type: 'MessageDeleted'
  readonly body: MessageReplacement
}

/**
 * An estimate: the event, the message, its mentions, and the redaction of the posted event and of its edits, whose number
 * is not known before the decision. If an append times out, the writer halves the batch down to a single deletion, and
 * the limit of edits bounds that one.
 */
const deletionRows = 10

const deleted = {
  id: '01a20e3b-6171-7a02-8d0e-91c6f5a3be04',
  user_id: ann,
  created_at: '2026-11-24T15:45:02.321Z',
  message: { ...message, msg: '', modified_at: '2026-11-24T15:45:02.321Z', deleted: true },
}

/** Deletes a message. Its author may do it, and members with the role for it. */
export const deleteMessage = defineRoomEvent({
  name: 'delete-message',
  command: 'DeleteMessage',
  event: 'MessageDeleted',
  level: messageChangesLevel,
  membership: 'none',
  isActivity: false,
  summary: 'Delete a message, by the rule `delete_own` or `delete_any`',
  price: undefined,
  examples: {
    request: { event: 'delete-message', id: '23', room, body: { message: message.id, id: deleted.id } },
    feed: { id: '23', event: 'delete-message', room, seq: 9, body: deleted },
  },
  request: (_: ProtocolLimits) =>
    requestInRoom('delete-message', z.strictObject({ message: field.messageId, id: field.ownId.optional() })),
  commandContent: contentInRoom,
  commandBody: z.object({ message: z.guid() }),
  feedBody: messageChangeSchema,

  readSet: ({ user, body }: DeleteMessage) => ({ members: [user], added: [], messages: [body.message], rows: deletionRows }),

  decide: (command: DeleteMessage, state: ChatState): MessageDeleted | Rejection => {
    const permitted = permittedMessage('delete', command, state)
    if ('rejection' in permitted) return permitted.rejection
    const at = nextTime(command, state)
    const body = { id: command.id, user_id: command.user, created_at: at, message: tombstoneOf(permitted.message, at) }
    return { type: 'MessageDeleted', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body }: MessageDeleted) => {
    const pins = state.pins - (state.messages.get(body.message.id)?.isPinned === true ? 1 : 0)
    const change = { isDeleted: true, isPinned: false, tombstone: body.message }
    return changeMessage({ ...state, pins }, body.message.id, (before) => ({ ...before, ...change }))
  },
})
