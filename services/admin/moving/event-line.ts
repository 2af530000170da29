import type { Chat, Membership, Message, MessageReplacement } from '../../../shared/domain/events.ts'
import type { ExportedEvent } from '../../../shared/ports/export-reads.ts'
import type { ChatEvent } from '../../../shared/room-events/room-events.ts'
import type { Line, LineOf } from './lines.ts'

/** What a line needs of an event. */
type StoredChatEvent = Omit<ExportedEvent, 'seq'>

type BodyOf<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>['body']
type Acting = { readonly user_id: string; readonly created_at: string }
type LineOfEvent<Type extends ChatEvent['type']> = (chat: string, body: BodyOf<Type>, event: StoredChatEvent) => Line | undefined

const inChat = (chat: string, { user_id: user, created_at }: Acting) => ({ chat, user, created_at })

const contentOf = ({ msg, type, data, mentions }: Message): Pick<LineOf<'edit'>, 'msg' | 'type' | 'data' | 'mentions'> => ({
  msg,
  type,
  ...(data === undefined ? {} : { data }),
  ...(mentions === undefined ? {} : { mentions: mentions === 'all' ? mentions : [...mentions] }),
})

const chatLine = ({ id, users, created_at, ...chat }: Chat, user: string): Line => {
  const { name, direct, image, data, rules } = chat
  const others = users.filter((each) => each !== user)
  return {
    kind: 'chat',
    id,
    user,
    users: others,
    created_at,
    ...(direct === true ? { direct } : { name }),
    ...(image === undefined ? {} : { image }),
    ...(data === undefined ? {} : { data }),
    ...(rules === undefined ? {} : { rules }),
  }
}

const leaveLine = (chat: string, { users, banned, ...acting }: Membership): Line | undefined => {
  const named = [...new Set([...users, ...(banned ?? [])])]
  if (named.length === 0) return undefined
  return { kind: 'leave', ...inChat(chat, acting), users: named, ...(banned === undefined ? {} : { ban: true as const }) }
}

const messageLine = (chat: string, body: Message, { newest, hasLostRoot, hasLostQuote }: StoredChatEvent): Line => {
  const present = newest === null ? body : (JSON.parse(newest) as MessageReplacement).message
  const { id, thread, reply_to, silent, deleted } = body
  return {
    kind: 'message',
    ...inChat(chat, body),
    id,
    ...contentOf(present),
    ...(thread === undefined || hasLostRoot ? {} : { thread }),
    ...(reply_to === undefined || hasLostQuote ? {} : { reply_to }),
    ...(silent === undefined ? {} : { silent }),
    ...(deleted === undefined ? {} : { deleted }),
  }
}

const linesOf: { readonly [Type in ChatEvent['type']]: LineOfEvent<Type> } = {
  ChatCreated: (_, { chat, user_id }) => chatLine(chat, user_id),
  ChatUpdated: (chat, { chat: changes, ...acting }) => {
    const { id: _, ...given } = changes
    return { kind: 'update', ...inChat(chat, acting), ...given }
  },
  UsersAdded: (chat, { users, ...acting }) =>
    users.length === 0 ? undefined : { kind: 'join', ...inChat(chat, acting), users: [...users] },
  UsersRemoved: leaveLine,
  MembersUpdated: (chat, { users, role, until, ...acting }) => {
    if (users.length === 0) return undefined
    return { kind: 'role', ...inChat(chat, acting), users: [...users], role, ...(until === undefined ? {} : { until }) }
  },
  MessagePosted: messageLine,
  MessageEdited: (chat, { message, ...acting }) => ({
    kind: 'edit',
    ...inChat(chat, acting),
    message: message.id,
    ...contentOf(message),
  }),
  MessageDeleted: (chat, { message, ...acting }) => ({ kind: 'delete', ...inChat(chat, acting), message: message.id }),
  ReactionSet: (chat, { message, reaction, ...acting }) => ({ kind: 'reaction', ...inChat(chat, acting), message, reaction }),
  // The messages are left out; the membership of an erased user ends as if it had left.
  MessagesErased: (chat, { users, created_at }) => {
    const [user] = users
    return user === undefined ? undefined : { kind: 'leave', chat, user, created_at, users: [user] }
  },
  PinSet: (chat, { message, ...acting }) => ({ kind: 'pin', ...inChat(chat, acting), message }),
}

/** Whether an export knows this type of event. */
export const isExported = (type: string): boolean => Object.hasOwn(linesOf, type)

/** The line of an event of a known type; undefined: the event has no effect any more. */
export const lineOfEvent = (event: StoredChatEvent): Line | undefined => {
  if (!event.isPresent) return undefined
  const make = linesOf[event.type as ChatEvent['type']] as (
    chat: string,
    body: object,
    event: StoredChatEvent,
  ) => Line | undefined
  return make(event.stream, JSON.parse(event.data) as object, event)
}
