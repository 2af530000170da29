import type { AddUsers, ChatCommand, CreateChat, PostMessage, RemoveUsers } from './commands.ts'
import type { Decider } from './decider.ts'
import type { ChatEvent, EventHead, Membership } from './events.ts'
import { timeOf } from './events.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'

/**
 * A room as far as a batch of commands needs it. `members` and `knownUsers`
 * answer for the users whom the commands name (and who act); `memberCount`
 * counts everybody.
 */
export interface ChatState {
  readonly seq: number
  readonly lastAt: string
  readonly name: string
  readonly createdBy: string
  readonly memberCount: number
  readonly members: ReadonlySet<string>
  readonly knownUsers: ReadonlySet<string>
  readonly maxMembers: number
  /** How many chats each user is in whom a command would add; a user who is absent is in none. */
  readonly chatCounts: ReadonlyMap<string, number>
  readonly maxChats: number
}

const nobody: ReadonlySet<string> = new Set()

/** A room that does not exist yet. */
export const noChat: ChatState = Object.freeze({
  seq: 0,
  lastAt: '',
  name: '',
  createdBy: '',
  memberCount: 0,
  members: nobody,
  knownUsers: nobody,
  maxMembers: 10_000,
  chatCounts: new Map(),
  maxChats: 5_000,
})

const head = (command: ChatCommand, state: ChatState): EventHead => ({
  stream: command.room,
  seq: state.seq + 1,
  commandId: command.id,
  digest: command.digest,
})

/** A room's time never decreases, so that a range of time is a range of seqs. */
const timeFor = ({ at }: ChatCommand, { lastAt }: ChatState): string => {
  const isEarlier = at < lastAt
  return isEarlier ? lastAt : at
}

const distinct = (users: readonly string[]): string[] => [...new Set(users)]

const unknownAmong = (users: readonly string[], state: ChatState): Rejection | undefined => {
  const unknown = users.filter((user) => !state.knownUsers.has(user))
  return unknown.length === 0 ? undefined : rejected('unknown_user', 'some users do not exist', { users: unknown })
}

const tooManyMembers = (state: ChatState): Rejection =>
  rejected('invalid', `body.users: a chat has at most ${state.maxMembers} members`, {
    field: 'body.users',
    reason: `a chat has at most ${state.maxMembers} members`,
  })

/** Names the users: the sender may leave them out, and could find them by adding one after the other. */
const inTooManyChats = (users: readonly string[], { chatCounts, maxChats }: ChatState): Rejection | undefined => {
  const full = users.filter((user) => (chatCounts.get(user) ?? 0) >= maxChats)
  if (full.length === 0) return undefined
  const reason = `a user is in at most ${maxChats} chats`
  return rejected('invalid', `body.users: ${reason}`, { field: 'body.users', reason, users: full })
}

/** The same for a chat that does not exist and for an actor who is not a member of it. */
export const notAllowed = rejected('forbidden', 'not a member, or no such chat')

const createChat = (command: CreateChat, state: ChatState): ChatEvent | Rejection => {
  if (state.seq > 0) return notAllowed
  const users = distinct([command.user, ...command.body.users])
  const unknown = unknownAmong(users, state)
  if (unknown !== undefined) return unknown
  if (users.length > state.maxMembers) return tooManyMembers(state)
  const full = inTooManyChats(users, state)
  if (full !== undefined) return full
  const at = timeFor(command, state)
  const chat = { id: command.room, name: command.body.name, users, created_at: at, modified_at: at }
  return { type: 'ChatCreated', ...head(command, state), body: { chat, user_id: command.user } }
}

const postMessage = (command: PostMessage, state: ChatState): ChatEvent | Rejection => {
  if (!state.members.has(command.user)) return notAllowed
  const at = timeFor(command, state)
  const { msg, type } = command.body
  const body = { id: command.id, msg, type, user_id: command.user, created_at: at, modified_at: at }
  return { type: 'MessagePosted', ...head(command, state), body }
}

const membership = (command: AddUsers | RemoveUsers, state: ChatState, users: readonly string[]): Membership => ({
  id: command.id,
  chat: { id: command.room, name: state.name },
  users,
  user_id: command.user,
  created_at: timeFor(command, state),
})

const addUsers = (command: AddUsers, state: ChatState): ChatEvent | Rejection => {
  if (!state.members.has(command.user)) return notAllowed
  const unknown = unknownAmong(command.body.users, state)
  if (unknown !== undefined) return unknown
  const added = distinct(command.body.users).filter((user) => !state.members.has(user))
  if (state.memberCount + added.length > state.maxMembers) return tooManyMembers(state)
  const full = inTooManyChats(added, state)
  if (full !== undefined) return full
  return { type: 'UsersAdded', ...head(command, state), body: membership(command, state, added) }
}

/** A member may remove itself; the creator, while a member, may remove others. */
const mayRemove = (command: RemoveUsers, state: ChatState): boolean =>
  state.members.has(command.user) &&
  (command.user === state.createdBy || command.body.users.every((user) => user === command.user))

const removeUsers = (command: RemoveUsers, state: ChatState): ChatEvent | Rejection => {
  if (!mayRemove(command, state)) return notAllowed
  const removed = distinct(command.body.users).filter((user) => state.members.has(user))
  return { type: 'UsersRemoved', ...head(command, state), body: membership(command, state, removed) }
}

const decide = (command: ChatCommand, state: ChatState): ChatEvent | Rejection => {
  switch (command.type) {
    case 'CreateChat':
      return createChat(command, state)
    case 'PostMessage':
      return postMessage(command, state)
    case 'AddUsers':
      return addUsers(command, state)
    case 'RemoveUsers':
      return removeUsers(command, state)
  }
}

const without = (members: ReadonlySet<string>, users: readonly string[]): ReadonlySet<string> => {
  const left = new Set(members)
  for (const user of users) left.delete(user)
  return left
}

const evolve = (state: ChatState, event: ChatEvent): ChatState => {
  const next = { ...state, seq: event.seq, lastAt: timeOf(event) }
  switch (event.type) {
    case 'MessagePosted':
      return next
    case 'ChatCreated': {
      const { name, users } = event.body.chat
      return { ...next, name, createdBy: event.body.user_id, members: new Set(users), memberCount: users.length }
    }
    case 'UsersAdded': {
      const { users } = event.body
      return { ...next, members: new Set([...state.members, ...users]), memberCount: state.memberCount + users.length }
    }
    case 'UsersRemoved': {
      const { users } = event.body
      return { ...next, members: without(state.members, users), memberCount: state.memberCount - users.length }
    }
  }
}

/** Decides about one room's commands, in their order. */
export const chatDecider: Decider<ChatState, ChatCommand, ChatEvent, Rejection> = { initialState: noChat, evolve, decide }
