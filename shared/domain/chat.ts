import { blockedBy } from './blocks.ts'
import type { CommandHead } from './commands.ts'
import type { EventHead } from './events.ts'
import type { ChatRoles } from './member-roles.ts'
import { isBanned, ownersAmong, rolesOnReturn } from './member-roles.ts'
import type { MessageState } from './message-state.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'
import type { Rules } from './rules.ts'

/**
 * The part of a room's state that a batch of commands needs. `members` and
 * `knownUsers` cover only the acting users and the users that the commands name;
 * `roles` only those of them who have one; `memberCount` counts all members. `seq` and `lastAt` are those of the last
 * event, `createdBy` is the creator's id; `maxMembers`, `maxChats`,
 * `maxReactionKeys`, `maxEdits` and `maxPins` are the limits of the protocol.
 */
export interface ChatState {
  readonly seq: number
  readonly lastAt: string
  readonly name: string
  readonly createdBy: string
  readonly memberCount: number
  readonly members: ReadonlySet<string>
  readonly roles: ChatRoles['roles']
  readonly rules: Rules
  /** The number of members who are owners; known only if a command may lower one. */
  readonly owners: number
  readonly knownUsers: ReadonlySet<string>
  readonly maxMembers: number
  /** The number of chats of each user that a command would add; a user that is absent is in none. */
  readonly chatCounts: ReadonlyMap<string, number>
  readonly maxChats: number
  /** By `blockKeyText`: the blocks that are set, among those that the commands ask for. */
  readonly blocks: ReadonlySet<string>
  /** The messages that the commands name; undefined: the room has no message with that id. */
  readonly messages: ReadonlyMap<string, MessageState | undefined>
  /** The number of pinned messages; known only if a command names a message. */
  readonly pins: number
  /** Different reactions to one message. */
  readonly maxReactionKeys: number
  /** Edits of one message. */
  readonly maxEdits: number
  /** Pinned messages of one room. */
  readonly maxPins: number
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
  roles: new Map(),
  rules: {},
  owners: 0,
  knownUsers: nobody,
  maxMembers: 10_000,
  chatCounts: new Map(),
  maxChats: 5_000,
  blocks: nobody,
  messages: new Map(),
  pins: 0,
  maxReactionKeys: 50,
  maxEdits: 1_000,
  maxPins: 100,
})

/** The head of the event that follows this state. */
export const nextHead = (command: CommandHead, state: ChatState): EventHead => ({
  stream: command.stream,
  seq: state.seq + 1,
  commandId: command.id,
  digest: command.digest,
})

/** The time of the next event. A room's time never decreases, so that a range of time is a range of seqs. */
export const nextTime = ({ at }: CommandHead, { lastAt }: ChatState): string => {
  const isEarlier = at < lastAt
  return isEarlier ? lastAt : at
}

export const distinct = (users: readonly string[]): string[] => [...new Set(users)]

/** The rejection of a command that names users who do not exist; undefined: all exist. */
export const unknownAmong = (users: readonly string[], state: ChatState): Rejection | undefined => {
  const unknown = users.filter((user) => !state.knownUsers.has(user))
  return unknown.length === 0 ? undefined : rejected('unknown_user', 'some users do not exist', { users: unknown })
}

const tooManyMembers = (state: ChatState): Rejection =>
  rejected('invalid', `body.users: a chat has at most ${state.maxMembers} members`, {
    field: 'body.users',
    reason: `a chat has at most ${state.maxMembers} members`,
  })

/** Names the users, so that the sender can leave them out. This reveals nothing: adding one user at a time shows the same. */
const inTooManyChats = (users: readonly string[], { chatCounts, maxChats }: ChatState): Rejection | undefined => {
  const full = users.filter((user) => (chatCounts.get(user) ?? 0) >= maxChats)
  if (full.length === 0) return undefined
  const reason = `a user is in at most ${maxChats} chats`
  return rejected('invalid', `body.users: ${reason}`, { field: 'body.users', reason, users: full })
}

/** A banned user is no member, so that only members learn of a ban: its adder must be one. */
const bannedAmong = (users: readonly string[], state: ChatState): Rejection | undefined => {
  const excluded = users.filter((user) => isBanned(user, state))
  if (excluded.length === 0) return undefined
  const reason = 'some users are banned from the chat'
  return rejected('invalid', `body.users: ${reason}`, { field: 'body.users', reason, users: excluded })
}

/**
 * Why these users cannot be added to the chat by the acting user; undefined: they can.
 * `named` are all users of the command, `added` those who are not members yet.
 */
export const whyNotAdded = (
  actor: string,
  named: readonly string[],
  added: readonly string[],
  state: ChatState,
): Rejection | undefined => {
  const refusal = unknownAmong(named, state) ?? bannedAmong(added, state) ?? blockedBy(actor, added, state.blocks)
  if (refusal !== undefined) return refusal
  if (state.memberCount + added.length > state.maxMembers) return tooManyMembers(state)
  return inTooManyChats(added, state)
}

/** The rejection for a chat that does not exist, and for an acting user who is not a member: the sender cannot tell them apart. */
export const notAllowed = rejected('forbidden', 'not a member, or no such chat')

/** The state after these users, none of them a member, were added. */
export const withMembers = (state: ChatState, users: readonly string[]): ChatState => {
  const roles = rolesOnReturn(users, state.roles)
  return {
    ...state,
    members: new Set([...state.members, ...users]),
    memberCount: state.memberCount + users.length,
    roles,
    owners: state.owners + ownersAmong(users, { ...state, roles }),
  }
}

/** The state after these members were removed. */
export const withoutMembers = (state: ChatState, users: readonly string[]): ChatState => ({
  ...state,
  members: new Set(state.members).difference(new Set(users)),
  memberCount: state.memberCount - users.length,
  owners: state.owners - ownersAmong(users, state),
})
