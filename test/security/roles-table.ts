import { randomUUID } from 'node:crypto'
import type { Role } from '../../shared/domain/roles.ts'
import type { Action } from '../../shared/domain/rules.ts'
import type { RequestEvent } from '../../shared/protocol/requests.ts'

/** The room of a cell of the table, and the ids of its users and messages. */
export interface RoleStage {
  /** A plain member. */
  readonly other: string
  /** A user who is no member. */
  readonly newcomer: string
  /** The messages of the actor and of the other member. */
  readonly messages: Readonly<Record<'own' | 'others', string>>
}

export interface RoleCase {
  readonly event: RequestEvent
  readonly what: string
  readonly body: (stage: RoleStage) => object
  /** The action and the least role by default. */
  readonly action: Action
  readonly least: Role
}

const post = (more: object) => ({ msg: 'hello', type: 'text', id: randomUUID(), ...more })

/** One request for each action, and the least role that may do it where a chat has no rules of its own. */
export const roleTable: readonly RoleCase[] = [
  { event: 'new-message', what: 'a message', body: () => post({}), action: 'post', least: 'member' },
  {
    event: 'new-message',
    what: 'a reply',
    body: ({ messages }) => post({ thread: messages.others }),
    action: 'thread',
    least: 'member',
  },
  {
    event: 'new-message',
    what: 'a mention of all',
    body: () => post({ mentions: 'all' }),
    action: 'mention_all',
    least: 'member',
  },
  { event: 'signal', what: 'a signal', body: () => ({ kind: 'x.cheer' }), action: 'signal', least: 'member' },
  {
    event: 'edit-message',
    what: 'an own message',
    body: ({ messages }) => ({ message: messages.own, msg: 'changed' }),
    action: 'edit_own',
    least: 'member',
  },
  {
    event: 'delete-message',
    what: 'an own message',
    body: ({ messages }) => ({ message: messages.own }),
    action: 'delete_own',
    least: 'member',
  },
  {
    event: 'delete-message',
    what: 'a message of another member',
    body: ({ messages }) => ({ message: messages.others }),
    action: 'delete_any',
    least: 'moderator',
  },
  {
    event: 'set-reaction',
    what: 'a reaction',
    body: ({ messages }) => ({ message: messages.others, reaction: 'like' }),
    action: 'react',
    least: 'member',
  },
  {
    event: 'set-pin',
    what: 'a message',
    body: ({ messages }) => ({ message: messages.others }),
    action: 'pin',
    least: 'moderator',
  },
  { event: 'add-users', what: 'a user', body: ({ newcomer }) => ({ users: [newcomer] }), action: 'add', least: 'member' },
  {
    event: 'remove-users',
    what: 'a member',
    body: ({ other }) => ({ users: [other] }),
    action: 'remove',
    least: 'moderator',
  },
  {
    event: 'remove-users',
    what: 'a member, with a ban',
    body: ({ other }) => ({ users: [other], ban: true }),
    action: 'remove',
    least: 'moderator',
  },
  {
    event: 'update-members',
    what: 'a member',
    body: ({ other }) => ({ users: [other], role: 'reader' }),
    action: 'roles',
    least: 'moderator',
  },
  { event: 'update-chat', what: 'the chat', body: () => ({ chat: { name: 'renamed' } }), action: 'update', least: 'admin' },
]
