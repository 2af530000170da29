import type { AnswerEvent, FeedEvent } from './answers.ts'
import type { RequestEvent } from './requests.ts'

/**
 * One frame of each kind, for documents. A test holds every one against its
 * schema and finds it in PROTOCOL.md.
 */

const ann = '01a20e3b-6107-7742-ac5b-fcb05f0baa1b'
const bob = '01a20e3b-610f-7135-adc1-cdc31302db60'
const cyd = '01a20e3b-6134-7a04-9f6c-3f1f6f7c2d11'
const room = '01a20e3b-6111-7eb9-a052-16a1449e88a0'
const created = { created_at: '2026-11-24T15:45:02.225Z' }

const chat = { id: room, name: 'Lunch', users: [ann, bob], ...created, modified_at: '2026-11-24T15:45:02.225Z' }
const message = {
  id: '01a20e3b-6118-71bb-b4a7-7994445f6df1',
  msg: 'Hungry?',
  type: 'text',
  user_id: ann,
  created_at: '2026-11-24T15:45:02.232Z',
  modified_at: '2026-11-24T15:45:02.232Z',
}
const starving = {
  id: '01a20e3b-6151-7d3a-b7fa-0e7c5be8d7f4',
  msg: 'Starving!',
  type: 'text',
  user_id: bob,
  created_at: '2026-11-24T15:45:02.289Z',
  modified_at: '2026-11-24T15:45:02.289Z',
}
const added = {
  id: '01a20e3b-613a-7f0e-8b51-2f6f0a8f5b52',
  chat: { id: room, name: 'Lunch' },
  users: [cyd],
  user_id: ann,
  created_at: '2026-11-24T15:45:02.266Z',
}
const removed = { ...added, id: '01a20e3b-6140-7c12-a9d7-5b0c8f0e9a37', created_at: '2026-11-24T15:45:02.272Z' }

export const requestExamples: Readonly<Record<RequestEvent, object>> = {
  'create-user': { event: 'create-user', id: '1', body: { user: { externalUserId: 'ann', name: 'Ann' } } },
  'create-chat': { event: 'create-chat', id: '2', body: { chat: { name: 'Lunch', id: room }, users: [bob] } },
  'list-chats': { event: 'list-chats', id: '6', body: { user: { id: ann }, query: { limit: 20, cursor: 'Y2hhdHM6MjA' } } },
  'list-messages': { event: 'list-messages', id: '8', body: { chat: { id: room }, query: { before: 40, limit: 1 } } },
  'new-message': { event: 'new-message', id: '3', room, body: { msg: 'Hungry?', type: 'text', id: message.id } },
  'add-users': { event: 'add-users', id: '4', room, body: { users: [cyd], id: added.id } },
  'remove-users': { event: 'remove-users', id: '5', room, body: { users: [cyd], id: removed.id } },
  'get-users': { event: 'get-users', id: '9', body: { users: [bob] } },
  resume: {
    event: 'resume',
    id: '15',
    body: { rooms: { [room]: 2, '01a20e3b-7777-7aaa-8bbb-0123456789ab': 9 }, epoch: '9f8a4c0e', max: 2 },
  },
  refresh: {
    event: 'refresh',
    id: '21',
    body: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjE3OTU1MzY4OTd9.c2lnbmF0dXJl' },
  },
  ping: { event: 'ping', id: '11', body: {} },
}

/** Answers as such, without a place in the feed, where there are any. */
export const answerExamples: Readonly<Partial<Record<AnswerEvent, object>>> = {
  'create-user': {
    id: '1',
    event: 'create-user',
    body: {
      user: {
        id: ann,
        externalUserId: 'ann',
        name: 'Ann',
        created_at: '2026-11-24T15:45:02.215Z',
        modified_at: '2026-11-24T15:45:02.215Z',
      },
    },
  },
  'list-chats': {
    id: '6',
    event: 'list-chats',
    body: { chats: [{ ...chat, modified_at: '2026-11-24T15:45:02.272Z', seq: 4 }] },
  },
  'list-messages': { id: '8', event: 'list-messages', body: { messages: [{ ...message, seq: 2 }] } },
  'new-message': { id: '12', event: 'new-message', body: message },
  'get-users': { id: '9', event: 'get-users', body: { users: [{ id: bob, externalUserId: 'bob', name: 'Bob' }] } },
  resume: {
    id: '14',
    event: 'resume',
    body: {
      rooms: { [room]: { seq: 5, recovered: true } },
      others: { '01a20e3b-6166-7c44-8f21-9a0b1c2d3e4f': 17 },
      epoch: '9f8a4c0e',
    },
  },
  refresh: { id: '21', event: 'refresh', body: { expires_at: '2026-11-24T16:15:02.000Z' } },
  ping: { id: '11', event: 'ping', body: { now: '2026-11-24T15:45:02.301Z' } },
}

/** Some with the `id` of the sender, as only its own socket gets them. */
export const feedExamples: Readonly<Record<FeedEvent, object>> = {
  'create-chat': { id: '2', event: 'create-chat', room, seq: 1, body: { chat, user_id: ann } },
  'new-message': { event: 'new-message', room, seq: 5, body: starving },
  'add-users': { id: '4', event: 'add-users', room, seq: 3, body: added },
  'remove-users': { id: '5', event: 'remove-users', room, seq: 4, body: removed },
}

export const pushExamples = {
  drain: { event: 'drain', body: { delay_ms: 1_200 } },
  reset: { event: 'reset', body: { room, seq: 5, reason: 'ahead' } },
} as const

export const errorExample = {
  id: '13',
  event: 'add-users',
  error: {
    code: 'unknown_user',
    message: 'some users do not exist',
    retryable: false,
    details: { users: ['01a20e3b-0000-7000-8000-000000000000'] },
  },
}
