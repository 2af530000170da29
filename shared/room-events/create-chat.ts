import { z } from 'zod'
import { blockBetween, blocksAgainst } from '../domain/blocks.ts'
import type { ChatState } from '../domain/chat.ts'
import { distinct, nextHead, nextTime, notAllowed, whyNotAdded, withMembers } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { Chat, EventHead } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import { rejected } from '../domain/rejections.ts'
import { ann, bob, chat, room } from '../protocol/example-values.ts'
import { fieldsFrom, peopleLevel } from '../protocol/feature-level.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { perUser } from '../protocol/price.ts'
import { requestOutsideRooms } from '../protocol/request-frame.ts'
import { chatSchema, id } from '../protocol/shapes.ts'
import type { RequestedChatContent } from './chat-content.ts'
import { chatContentBody, chatContentOf, chatFields } from './chat-content.ts'
import { chatRulesLevel } from './chat-rules-level.ts'
import { checkDirect } from './direct-request.ts'
import { defineRoomEvent } from './room-event.ts'

/** The command to create a room. `stream` and `id` are both the room's id. */
export interface CreateChat extends CommandHead {
  readonly type: 'CreateChat'
  readonly body: RequestedChatContent & {
    readonly name: string
    readonly users: readonly string[]
    /** Opens the direct chat of the two `users`; the name is empty. */
    readonly direct?: true | undefined
  }
}

/** The first event of every room. `body.user_id` is the creator, who is also in `body.chat.users`. */
export interface ChatCreated extends EventHead {
  readonly type: 'ChatCreated'
  readonly body: { readonly chat: Chat; readonly user_id: string }
}

const notOneUser = (reason: string): Rejection => rejected('invalid', `body.users: ${reason}`, { field: 'body.users', reason })

/** Why these users cannot have a direct chat; undefined: they can, or the command asks for another chat. */
const whyNotDirect = ({ body }: CreateChat, users: readonly string[], state: ChatState): Rejection | undefined => {
  if (body.direct !== true) return undefined
  const [one = '', other] = users
  return other === undefined ? notOneUser('a direct chat is with another user') : blockBetween(one, other, state.blocks)
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
      z
        .strictObject({
          chat: z
            .strictObject({
              name: field.text(1, limits.nameChars),
              id: field.ownChatId(level).optional(),
              ...fieldsFrom(chatRulesLevel, level, chatFields(limits)),
            })
            .optional(),
          users: z.array(field.userRef(level)).max(limits.usersPerCommand).min(1),
          ...fieldsFrom(peopleLevel, level, { direct: z.literal(true).optional() }),
        })
        .superRefine(checkDirect),
    ),
  commandContent: ({ body: { chat: asked, users, direct } }) => {
    if (direct === true) return { directWith: String(users[0]), body: { name: '', users, direct } }
    const { id: ownId, name = '', ...content } = asked ?? {}
    return { id: ownId, body: { name, users, ...content } }
  },
  commandBody: z.object({
    name: z.string(),
    users: z.array(z.guid()),
    direct: z.literal(true).optional(),
    ...chatContentBody,
  }),
  feedBody: z.looseObject({ chat: chatSchema, user_id: id }),

  readSet: ({ user, body }: CreateChat) => ({
    members: [user],
    added: [user, ...body.users],
    blocks: [user, ...(body.direct === true ? body.users : [])].flatMap((each) => blocksAgainst(each, body.users)),
  }),

  decide: (command: CreateChat, state: ChatState): ChatCreated | Rejection => {
    if (state.seq > 0) return notAllowed
    const users = distinct([command.user, ...command.body.users])
    const rejection = whyNotDirect(command, users, state) ?? whyNotAdded(command.user, users, users, state)
    if (rejection !== undefined) return rejection
    const at = nextTime(command, state)
    const { name, direct, users: _, ...content } = command.body
    const kind = direct === true ? { direct } : {}
    const created: Chat = { id: command.stream, name, users, created_at: at, modified_at: at, ...kind, ...chatContentOf(content) }
    return { type: 'ChatCreated', ...nextHead(command, state), body: { chat: created, user_id: command.user } }
  },

  evolve: (state: ChatState, { body }: ChatCreated) =>
    withMembers({ ...state, name: body.chat.name, createdBy: body.user_id, rules: body.chat.rules ?? {} }, body.chat.users),
})
