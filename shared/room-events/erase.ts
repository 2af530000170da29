import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextHead, nextTime, notAllowed, withoutMembers } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { ErasedMessages } from '../domain/erasure.ts'
import { isErased } from '../domain/erasure.ts'
import type { EventHead } from '../domain/events.ts'
import type { MessageState } from '../domain/message-state.ts'
import { tombstoneOf } from '../domain/message-state.ts'
import type { Rejection } from '../domain/rejections.ts'
import { cyd, room } from '../protocol/example-values.ts'
import { id, time } from '../protocol/shapes.ts'
import { defineRoomFact } from './room-event.ts'

/** The feature level that introduced it. */
const eraseLevel = 3

/** The command to erase messages of a room. */
export interface Erase extends CommandHead {
  readonly type: 'Erase'
  readonly body: ErasedMessages
}

/**
 * The event of an `Erase` command. The content of the messages is removed from earlier events, as by a deletion.
 * `body.users`: the user, if it was a member; its membership has ended.
 */
export interface MessagesErased extends EventHead {
  readonly type: 'MessagesErased'
  readonly body: ErasedMessages & {
    readonly id: string
    readonly chat: { readonly id: string; readonly name: string }
    readonly users: readonly string[]
    readonly created_at: string
  }
}

const erased = {
  id: '01a20e3b-61f4-7e35-9c62-8a7b6c5d4e3f',
  chat: { id: room, name: 'Lunch' },
  user: cyd,
  from: 2,
  before: 12,
  users: [cyd],
  created_at: '2026-11-24T15:45:02.520Z',
}

/** Only the messages that commands of the batch name are known, and the command is decided alone. */
const erasedStates = (messages: ChatState['messages'], body: MessagesErased['body']): ChatState['messages'] => {
  const after = ([key, message]: [string, MessageState | undefined]): [string, MessageState | undefined] => {
    if (message === undefined || message.isDeleted || !isErased(message.seq, message.user, body)) return [key, message]
    return [key, { ...message, isDeleted: true, isPinned: false, tombstone: tombstoneOf(message, body.created_at) }]
  }
  return new Map([...messages].map(after))
}

/**
 * Erases messages: those of a user who is erased, or all that are older than the retention of the room. Only the operator
 * causes it, by `admin erase-user` and `admin expire`.
 */
export const erase = defineRoomFact({
  name: 'erase',
  command: 'Erase',
  event: 'MessagesErased',
  level: eraseLevel,
  membership: 'removes',
  isActivity: false,
  summary: 'Messages were erased: those of a user, or old ones. No request: the operator causes it',
  examples: { feed: { event: 'erase', room, seq: 12, body: erased } },
  commandBody: z.object({ user: z.guid().optional(), from: z.int().min(1), before: z.int().min(1) }),
  feedBody: z.looseObject({
    id,
    chat: z.looseObject({ id, name: z.string() }),
    user: id.optional(),
    from: z.int().min(1),
    before: z.int().min(1),
    users: z.array(id),
    created_at: time,
  }),

  readSet: ({ body: { user } }: Erase) => ({
    members: user === undefined ? [] : [user],
    added: [],
    rows: Number.POSITIVE_INFINITY,
  }),

  decide: (command: Erase, state: ChatState): MessagesErased | Rejection => {
    if (state.seq === 0) return notAllowed
    const head = nextHead(command, state)
    const { user, from } = command.body
    const before = Math.min(command.body.before, head.seq)
    const users = user !== undefined && state.members.has(user) ? [user] : []
    const range = { ...(user === undefined ? {} : { user }), from, before }
    const chat = { id: command.stream, name: state.name }
    const body = { id: command.id, chat, ...range, users, created_at: nextTime(command, state) }
    return { type: 'MessagesErased', ...head, body }
  },

  evolve: (state: ChatState, { body }: MessagesErased) =>
    withoutMembers({ ...state, messages: erasedStates(state.messages, body) }, body.users),
})
