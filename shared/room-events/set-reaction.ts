import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead } from '../domain/events.ts'
import { permittedMessage } from '../domain/message-permissions.ts'
import type { MessageState } from '../domain/message-state.ts'
import { reactionKeyText } from '../domain/message-state.ts'
import { changeMessage } from '../domain/named-messages.ts'
import type { Rejection } from '../domain/rejections.ts'
import { rejected } from '../domain/rejections.ts'
import { bob, message, room } from '../protocol/example-values.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestInRoom } from '../protocol/request-frame.ts'
import { id, time } from '../protocol/shapes.ts'
import { messageChangesLevel } from './message-content.ts'
import { contentInRoom, defineRoomEvent } from './room-event.ts'

/** The command to set or remove a reaction. */
export interface SetReaction extends CommandHead {
  readonly type: 'SetReaction'
  readonly body: { readonly message: string; readonly reaction: string; readonly on?: boolean | undefined }
}

/** The event of a `SetReaction` command. `body.count`: the users who have set the reaction after the event. */
export interface ReactionSet extends EventHead {
  readonly type: 'ReactionSet'
  readonly body: {
    readonly id: string
    readonly user_id: string
    readonly created_at: string
    readonly message: string
    readonly reaction: string
    readonly on: boolean
    readonly count: number
  }
}

const liked = {
  id: '01a20e3b-6166-7d0b-b1f0-3f2a9c4d5e60',
  user_id: bob,
  created_at: '2026-11-24T15:45:02.310Z',
  message: message.id,
  reaction: '👍',
  on: true,
  count: 1,
}

const tooManyReactions = (most: number): Rejection => {
  const reason = `a message has at most ${most} different reactions`
  return rejected('invalid', `body.reaction: ${reason}`, { field: 'body.reaction', reason })
}

/** The number of users who have set the reaction after the command. A command that changes nothing is an event too. */
const countAfter = ({ user, body }: SetReaction, { reactions, reacted }: MessageState): number => {
  const { reaction, on = true } = body
  const isSet = reacted.has(reactionKeyText(user, reaction))
  return (reactions.get(reaction) ?? 0) + Number(on) - Number(isSet)
}

const withReaction = (before: MessageState, { user_id: user, reaction, on, count }: ReactionSet['body']): MessageState => {
  const reactions = new Map(before.reactions)
  if (count > 0) reactions.set(reaction, count)
  else reactions.delete(reaction)
  const reacted = new Set(before.reacted)
  if (on) reacted.add(reactionKeyText(user, reaction))
  else reacted.delete(reactionKeyText(user, reaction))
  return { ...before, reactions, reacted }
}

/** Sets or removes a reaction of the acting user to a message. */
export const setReaction = defineRoomEvent({
  name: 'set-reaction',
  command: 'SetReaction',
  event: 'ReactionSet',
  level: messageChangesLevel,
  membership: 'none',
  isActivity: false,
  summary: 'Set or remove a reaction to a message, by the rule `react`',
  price: undefined,
  rate: 'reactions',
  examples: {
    request: { event: 'set-reaction', id: '24', room, body: { message: message.id, reaction: '👍', on: true, id: liked.id } },
    feed: { id: '24', event: 'set-reaction', room, seq: 7, body: liked },
  },
  request: (_: ProtocolLimits) =>
    requestInRoom(
      'set-reaction',
      z.strictObject({
        message: field.messageId,
        reaction: field.reaction,
        on: z.boolean().optional(),
        id: field.ownId.optional(),
      }),
    ),
  commandContent: contentInRoom,
  commandBody: z.object({ message: z.guid(), reaction: z.string(), on: z.boolean().optional() }),
  feedBody: z.looseObject({
    id,
    user_id: id,
    created_at: time,
    message: id,
    reaction: z.string(),
    on: z.boolean(),
    count: z.int().min(0),
  }),

  readSet: ({ user, body: { message: named, reaction } }: SetReaction) => ({
    members: [user],
    added: [],
    messages: [named],
    reactions: [{ message: named, user, reaction }],
  }),

  decide: (command: SetReaction, state: ChatState): ReactionSet | Rejection => {
    const permitted = permittedMessage('react', command, state)
    if ('rejection' in permitted) return permitted.rejection
    const { message: before } = permitted
    const { message: named, reaction, on = true } = command.body
    const isNew = on && !before.reactions.has(reaction)
    if (isNew && before.reactions.size >= state.maxReactionKeys) return tooManyReactions(state.maxReactionKeys)
    const { id: commandId, user } = command
    const count = countAfter(command, before)
    const body = { id: commandId, user_id: user, created_at: nextTime(command, state), message: named, reaction, on, count }
    return { type: 'ReactionSet', ...nextHead(command, state), body }
  },

  evolve: (state: ChatState, { body }: ReactionSet) => changeMessage(state, body.message, (before) => withReaction(before, body)),
})
