import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { RequestEvent } from '../../shared/protocol/requests.ts'
import { freshName } from '../support/client/person.ts'
import { issuer, rightClaims } from './guarded-chat.ts'

/** The sender of a request. `as …`: a service that acts for this user. */
export const askers = ['creator', 'member', 'stranger', 'removed', 'unbound', 'service', 'as member', 'as stranger'] as const
export type Asker = (typeof askers)[number]

/** The values for a frame: ids of users, one room, and the token of the sender. */
export interface Stage {
  readonly room: string
  readonly ids: Readonly<Record<'creator' | 'member' | 'stranger' | 'removed' | 'newcomer', string>>
  /** The acting user; any other user if there is none. */
  readonly own: string
  /** The ids of a message of the creator and of one of the member. */
  readonly messages: Readonly<Record<'creator' | 'member', string>>
  readonly externalUserId: string
}

export interface Case {
  readonly what: string
  readonly event: RequestEvent
  readonly isInRoom?: boolean
  readonly body: (stage: Stage) => unknown | Promise<unknown>
  /** The expected outcome for each sender: `ok` or an error code. */
  readonly expected: Readonly<Record<Asker, string>>
  /** The expected content of an accepted answer. */
  readonly says?: (stage: Stage, asker: Asker) => object
}

const row = (...codes: readonly string[]): Case['expected'] =>
  Object.fromEntries(askers.map((asker, index) => [asker, codes[index]])) as Case['expected']

const everybody = row('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok')
const bound = row('ok', 'ok', 'ok', 'ok', 'unbound', 'unbound', 'ok', 'ok')
const members = row('ok', 'ok', 'forbidden', 'forbidden', 'unbound', 'unbound', 'ok', 'forbidden')
const creatorOnly = row('ok', 'forbidden', 'forbidden', 'forbidden', 'unbound', 'unbound', 'forbidden', 'forbidden')
const nobody = row('forbidden', 'forbidden', 'forbidden', 'forbidden', 'unbound', 'unbound', 'forbidden', 'forbidden')
const servicesOnly = row('forbidden', 'forbidden', 'forbidden', 'forbidden', 'forbidden', 'ok', 'ok', 'ok')

const isIn = (asker: Asker): boolean => ['creator', 'member'].includes(asker)
const isService = (asker: Asker): boolean => asker === 'service' || asker.startsWith('as ')

/** Every request of the protocol, and the expected outcome for each sender. */
export const authorisation: readonly Case[] = [
  {
    what: 'oneself',
    event: 'create-user',
    body: ({ externalUserId }) => ({ user: { externalUserId } }),
    expected: everybody,
    says: ({ externalUserId }) => ({ user: { externalUserId } }),
  },
  {
    what: 'somebody else',
    event: 'create-user',
    body: () => ({ user: { externalUserId: freshName('else') } }),
    expected: servicesOnly,
  },
  {
    what: 'a chat',
    event: 'create-chat',
    body: ({ ids }) => ({ chat: { name: 'new' }, users: [ids.newcomer] }),
    expected: bound,
  },
  {
    what: 'a direct chat',
    event: 'create-chat',
    body: ({ ids }) => ({ users: [ids.newcomer], direct: true }),
    expected: bound,
    says: ({ ids }) => ({ chat: { direct: true, users: expect.arrayContaining([ids.newcomer]) } }),
  },
  {
    what: 'the acting user',
    event: 'update-user',
    body: () => ({ user: { data: { mood: 'good' } } }),
    expected: bound,
    says: ({ own }) => ({ user: { id: own, data: { mood: 'good' } } }),
  },
  {
    what: 'another user',
    event: 'set-block',
    body: ({ own, ids }) => ({ user: own === ids.removed ? ids.stranger : ids.removed, on: false }),
    expected: bound,
  },
  { what: 'one’s own blocks', event: 'list-blocks', body: () => ({}), expected: bound, says: () => ({ blocks: [] }) },
  {
    what: 'one’s own chats',
    event: 'list-chats',
    body: ({ own }) => ({ user: { id: own } }),
    expected: bound,
  },
  {
    what: 'the chats of another user',
    event: 'list-chats',
    body: ({ ids, own }) => ({ user: { id: own === ids.creator ? ids.member : ids.creator } }),
    expected: nobody,
  },
  { what: 'the messages', event: 'list-messages', body: ({ room }) => ({ chat: { id: room } }), expected: members },
  { what: 'a message', event: 'new-message', isInRoom: true, body: () => ({ msg: 'hello', type: 'text' }), expected: members },
  {
    what: 'a message of the creator',
    event: 'edit-message',
    isInRoom: true,
    body: ({ messages }) => ({ message: messages.creator, msg: 'changed' }),
    expected: creatorOnly,
  },
  {
    what: 'a message of the member',
    event: 'edit-message',
    isInRoom: true,
    body: ({ messages }) => ({ message: messages.member, msg: 'changed' }),
    expected: row('forbidden', 'ok', 'forbidden', 'forbidden', 'unbound', 'unbound', 'ok', 'forbidden'),
  },
  {
    what: 'a message of the creator',
    event: 'delete-message',
    isInRoom: true,
    body: ({ messages }) => ({ message: messages.creator }),
    expected: creatorOnly,
  },
  {
    what: 'a message of the member',
    event: 'delete-message',
    isInRoom: true,
    body: ({ messages }) => ({ message: messages.member }),
    expected: members,
  },
  {
    what: 'a reaction',
    event: 'set-reaction',
    isInRoom: true,
    body: ({ messages }) => ({ message: messages.creator, reaction: 'like' }),
    expected: members,
  },
  {
    what: 'a message of the member',
    event: 'set-pin',
    isInRoom: true,
    body: ({ messages }) => ({ message: messages.member }),
    expected: creatorOnly,
  },
  {
    what: 'the reactions',
    event: 'list-reactions',
    body: ({ room, messages }) => ({ chat: { id: room }, message: messages.creator }),
    expected: members,
  },
  {
    what: 'the versions of a message',
    event: 'get-message-versions',
    body: ({ room, messages }) => ({ chat: { id: room }, message: messages.creator }),
    expected: members,
  },
  { what: 'the members', event: 'list-members', body: ({ room }) => ({ chat: { id: room } }), expected: members },
  {
    what: 'messages',
    event: 'search-messages',
    body: ({ room }) => ({ query: { text: 'anything', chats: [room] } }),
    expected: bound,
    says: () => ({ messages: [] }),
  },
  {
    what: 'a file',
    event: 'create-upload',
    isInRoom: true,
    body: () => ({ file: { name: 'a.txt', mime: 'text/plain', size: 1, sha256: 'a'.repeat(64) } }),
    expected: members,
  },
  {
    what: 'the files of a message',
    event: 'get-files',
    isInRoom: true,
    body: ({ messages }) => ({ messages: [messages.creator] }),
    expected: members,
    says: () => ({ files: [] }),
  },
  { what: 'the chat', event: 'update-chat', isInRoom: true, body: () => ({ chat: { name: 'renamed' } }), expected: creatorOnly },
  {
    what: 'the role of somebody else',
    event: 'update-members',
    isInRoom: true,
    body: ({ ids, own }) => ({ users: [own === ids.member ? ids.creator : ids.member], role: 'moderator' }),
    expected: creatorOnly,
  },
  {
    what: 'a ban of somebody else',
    event: 'remove-users',
    isInRoom: true,
    body: ({ ids, own }) => ({ users: [own === ids.member ? ids.creator : ids.member], ban: true }),
    expected: creatorOnly,
  },
  { what: 'the read marker', event: 'mark-read', isInRoom: true, body: () => ({ seq: 1 }), expected: members },
  { what: 'the settings', event: 'set-chat-settings', isInRoom: true, body: () => ({ hidden: false }), expected: members },
  { what: 'another user', event: 'add-users', isInRoom: true, body: ({ ids }) => ({ users: [ids.newcomer] }), expected: members },
  { what: 'the acting user', event: 'add-users', isInRoom: true, body: ({ own }) => ({ users: [own] }), expected: members },
  {
    what: 'somebody else',
    event: 'remove-users',
    isInRoom: true,
    body: ({ ids, own }) => ({ users: [own === ids.member ? ids.creator : ids.member] }),
    expected: creatorOnly,
  },
  { what: 'the acting user', event: 'remove-users', isInRoom: true, body: ({ own }) => ({ users: [own] }), expected: members },
  {
    what: 'the members',
    event: 'get-users',
    body: ({ ids }) => ({ users: [ids.creator, ids.member] }),
    expected: everybody,
    says: ({ ids }, asker) => ({
      users:
        isIn(asker) || isService(asker)
          ? expect.arrayContaining([ids.creator, ids.member].map((id) => expect.objectContaining({ id })))
          : [],
    }),
  },
  {
    what: 'users by their external ids',
    event: 'get-users',
    body: ({ externalUserId }) => ({ externalUserIds: [externalUserId] }),
    expected: everybody,
    says: ({ externalUserId }, asker) => ({
      // The external id is the asker's own.
      users: asker === 'unbound' ? [] : [expect.objectContaining({ externalUserId })],
    }),
  },
  {
    what: 'the room and its members',
    event: 'watch',
    body: ({ room, ids }) => ({ rooms: [room], users: [ids.creator, ids.member] }),
    expected: row('ok', 'ok', 'ok', 'ok', 'unbound', 'unbound', 'unbound', 'unbound'),
    says: ({ room, ids }, asker) => ({
      rooms: isIn(asker) ? { [room]: { signals: true, typing: [] } } : {},
      users: isIn(asker) ? { [ids.creator]: expect.any(Object), [ids.member]: expect.any(Object) } : {},
    }),
  },
  {
    what: 'that it is typing',
    event: 'signal',
    isInRoom: true,
    body: () => ({ kind: 'typing' }),
    expected: row('ok', 'ok', 'forbidden', 'forbidden', 'unbound', 'unbound', 'unbound', 'unbound'),
  },
  {
    what: 'the room',
    event: 'resume',
    body: ({ room }) => ({ rooms: { [room]: 0 } }),
    expected: row('ok', 'ok', 'ok', 'ok', 'unbound', 'unbound', 'unbound', 'unbound'),
    says: ({ room }, asker) => ({
      rooms: { [room]: isIn(asker) ? { recovered: true } : { seq: 0, recovered: false, reason: 'forbidden' } },
    }),
  },
  {
    what: 'a missing room',
    event: 'resume',
    body: () => ({ rooms: { [randomUUID()]: 0 } }),
    expected: row('ok', 'ok', 'ok', 'ok', 'unbound', 'unbound', 'unbound', 'unbound'),
  },
  {
    what: 'one’s own token',
    event: 'refresh',
    body: async ({ externalUserId }) => ({ token: await issuer.token({ ...rightClaims, sub: externalUserId }) }),
    expected: row('ok', 'ok', 'ok', 'ok', 'ok', 'unauthenticated', 'unauthenticated', 'unauthenticated'),
  },
  {
    what: 'a service’s token',
    event: 'refresh',
    body: () => issuer.token({ ...rightClaims, sub: 'back-office', role: 'service' }).then((token) => ({ token })),
    expected: row(
      'unauthenticated',
      'unauthenticated',
      'unauthenticated',
      'unauthenticated',
      'unauthenticated',
      'ok',
      'ok',
      'ok',
    ),
  },
  { what: 'the time', event: 'ping', body: () => ({}), expected: everybody },
]
