import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead } from '../domain/events.ts'
import { permittedMessage } from '../domain/message-permissions.ts'
import { changeMessage } from '../domain/named-messages.ts'
import type { Rejection } from '../domain/rejections.ts'
import { rejected } from '../domain/rejections.ts'
import { ann, message, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { id, time } from '../protocol/shapes.ts'
import { messageChangesLevel } from './message-content.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to pin or unpin a message. */
export interface SetPin extends CommandHead {
  readonly type: 'SetPin'
  readonly body: { readonly message: string; readonly on?: boolean | undefined }
}

/** The event of a `SetPin` command. */
export interface PinSet extends EventHead {
  readonly type: 'PinSet'
  readonly body: {
    readonly id: string
    readonly user_id: string
    readonly created_at: string
    readonly message: string
    readonly on: boolean
  }
}

const pinned = {
  id: '01a20e3b-616b-7e44-a8d1-5b7c0e9f1a22',
  user_id: ann,
  created_at: '2026-11-24T15:45:02.315Z',
  message: message.id,
  on: true,
}

const tooManyPins = (most: number): Rejection => {
  const reason = `a chat has at most ${most} pinned messages`
  return rejected('invalid', `body.message: ${reason}`, { field: 'body.message', reason })
}

/** Pins or unpins a message. */
export const setPin = defineRoomEvent({
  name: 'set-pin',
  command: 'SetPin',
  event: 'PinSet',
  level: messageChangesLevel,
  membership: 'none',
  isActivity: false,
  summary: 'Pin or unpin a message, by the rule `pin`',
  price: undefined,
  examples: {
    request: { event: 'set-pin', id: '25', room, body: { message: message.id, on: true, id: pinned.id } },
    feed: { id: '25', event: 'set-pin', room, seq: 8, body: pinned },
  },
  request: (_: ProtocolLimits) =>
    requestInRoom(
      'set-pin',
      z.strictObject({ message: field.messageId, on: z.boolean().optional(), id: field.ownId.optional() }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ message: z.guid(), on: z.boolean().optional() }),
  feedBody: z.looseObject({ id, user_id: id, created_at: time, message: id, on: z.boolean() }),

  readSet: ({ user, body }: SetPin) => ({ members: [user], added: [], messages: [body.message] }),

  decide: (command: SetPin, state: ChatState): PinSet | Rejection => {
    const permitted = permittedMessage('pin', command, state)
    if ('rejection' in permitted) return permitted.rejection
    const { message: named, on = true } = command.body
    if (on && !permitted.message.isPinned && state.pins >= state.maxPins) return tooManyPins(state.maxPins)
    const body = { id: command.id, user_id: command.user, created_at: nextTime(command, state), message: named, on }
    return { type: 'PinSet', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body: { message: named, on } }: PinSet) => {
    const wasPinned = state.messages.get(named)?.isPinned === true
    const pins = state.pins + Number(on) - Number(wasPinned)
    return changeMessage({ ...state, pins }, named, (before) => ({ ...before, isPinned: on }))
  },
})
