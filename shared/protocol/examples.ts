import type { RequestedRoomEventName, RoomEventName } from '../room-events/room-events.ts'
import {
  allRequestedRoomEvents,
  requestedRoomEventNames,
  requestedRoomEvents,
  roomEventNames,
  roomEvents,
} from '../room-events/room-events.ts'
import type { UserEventName } from '../user-events/user-events.ts'
import { userEventNames, userEvents } from '../user-events/user-events.ts'
import type { AnswerEvent, FeedEvent } from './answers.ts'
import { ann, bob, chat, file, message, room } from './example-values.ts'
import { firstLevel } from './feature-level.ts'
import type { RequestEvent } from './requests.ts'
import { requestEventsAt } from './requests.ts'

/**
 * One frame of each kind, for documents. A test validates each against its schema,
 * and checks that PROTOCOL.md contains it.
 */

const roomRequests = Object.fromEntries(
  requestedRoomEventNames.map((name) => [name, requestedRoomEvents[name].examples.request]),
) as Record<RequestedRoomEventName, object>

const userExamples = <Kind extends 'request' | 'answer'>(kind: Kind) =>
  Object.fromEntries(userEventNames.map((name) => [name, userEvents[name].examples[kind]])) as Record<UserEventName, object>

const roomAnswers: Readonly<Record<string, object>> = Object.fromEntries(
  allRequestedRoomEvents.flatMap(({ name, examples }) => (examples.answer === undefined ? [] : [[name, examples.answer]])),
)

export const requestExamples: Readonly<Record<RequestEvent, object>> = {
  'create-user': { event: 'create-user', id: '1', body: { user: { externalUserId: 'ann', name: 'Ann' } } },
  ...roomRequests,
  ...userExamples('request'),
  'list-chats': { event: 'list-chats', id: '6', body: { user: { id: ann }, query: { limit: 20, cursor: 'Y2hhdHM6MjA' } } },
  'list-messages': { event: 'list-messages', id: '8', body: { chat: { id: room }, query: { before: 40, limit: 1 } } },
  'list-reactions': {
    event: 'list-reactions',
    id: '26',
    body: { chat: { id: room }, message: message.id, query: { reaction: '👍', limit: 1, cursor: 'cmVhY3Rpb25z' } },
  },
  'get-message-versions': {
    event: 'get-message-versions',
    id: '27',
    body: { chat: { id: room }, message: message.id, query: { limit: 2, cursor: 'dmVyc2lvbnM6MA' } },
  },
  'list-members': {
    event: 'list-members',
    id: '66',
    body: { chat: { id: room }, query: { role: 'reader', limit: 1, cursor: 'bWVtYmVycw' } },
  },
  'mark-read': { event: 'mark-read', id: '40', room, body: { seq: 4, gen: 0, delivered: 5 } },
  'set-chat-settings': {
    event: 'set-chat-settings',
    id: '41',
    room,
    body: { muted_until: '2026-12-01T08:00:00.000Z', hidden: false },
  },
  'create-upload': {
    event: 'create-upload',
    id: '43',
    room,
    body: {
      file: { name: file.name, mime: file.mime, size: file.size, sha256: file.sha256, width: file.width, height: file.height },
    },
  },
  'get-files': { event: 'get-files', id: '44', room, body: { messages: [message.id] } },
  'list-blocks': { event: 'list-blocks', id: '42', body: { query: { limit: 20, cursor: 'YmxvY2tzOjA' } } },
  'get-users': { event: 'get-users', id: '9', body: { users: [bob] } },
  watch: { event: 'watch', id: '36', body: { rooms: [room], users: [bob] } },
  signal: { event: 'signal', id: '37', room, body: { kind: 'typing' } },
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

/** Answers without a position in the feed, for the events that have such answers. */
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
      features: requestEventsAt(firstLevel),
      level: firstLevel,
    },
  },
  'list-chats': {
    id: '6',
    event: 'list-chats',
    body: {
      chats: [
        {
          ...chat,
          modified_at: '2026-11-24T15:45:02.272Z',
          seq: 4,
          role: 'owner',
          unread: 1,
          mentions: 0,
          read: { seq: 2, gen: 0 },
          settings: { muted_until: '2026-12-01T08:00:00.000Z', hidden: true },
        },
      ],
    },
  },
  'list-messages': { id: '8', event: 'list-messages', body: { messages: [{ ...message, seq: 2 }], as_of: 5 } },
  ...roomAnswers,
  ...userExamples('answer'),
  'list-reactions': {
    id: '26',
    event: 'list-reactions',
    body: { reactions: [{ reaction: '👍', user_id: bob, seq: 7 }] },
  },
  'get-message-versions': {
    id: '27',
    event: 'get-message-versions',
    body: {
      versions: [
        { ...message, seq: 2 },
        { ...message, msg: 'Hungry? Pizza?', modified_at: '2026-11-24T15:45:02.304Z', seq: 6 },
      ],
    },
  },
  'list-members': {
    id: '66',
    event: 'list-members',
    body: {
      members: [
        {
          user_id: bob,
          role: 'reader',
          until: '2026-11-24T16:45:00.000Z',
          role_after: 'member',
          since: 1,
          read: { seq: 4, gen: 0 },
          delivered: 5,
        },
      ],
    },
  },
  'mark-read': { id: '40', event: 'mark-read', body: { seq: 4, gen: 0, unread: 1, mentions: 0, as_of: 5 } },
  'set-chat-settings': { id: '41', event: 'set-chat-settings', body: { muted_until: '2026-12-01T08:00:00.000Z' } },
  'create-upload': {
    id: '43',
    event: 'create-upload',
    body: {
      file,
      put: {
        url: `https://files.example.com/chat/${room}/${file.id}?X-Amz-Expires=900&X-Amz-Signature=a1b2c3`,
        headers: {
          'content-type': 'application/octet-stream',
          'x-amz-checksum-sha256': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
        },
        expires_at: '2026-11-24T16:00:02.430Z',
      },
    },
  },
  'get-files': {
    id: '44',
    event: 'get-files',
    body: {
      files: [
        {
          id: file.id,
          message: message.id,
          url: `https://files.example.com/chat/${room}/${file.id}?X-Amz-Expires=600&X-Amz-Signature=d4e5f6`,
        },
      ],
      expires_at: '2026-11-24T15:55:02.440Z',
    },
  },
  'list-blocks': {
    id: '42',
    event: 'list-blocks',
    body: { blocks: [{ user_id: bob, created_at: '2026-11-24T15:45:02.420Z' }] },
  },
  'get-users': { id: '9', event: 'get-users', body: { users: [{ id: bob, externalUserId: 'bob', name: 'Bob' }] } },
  watch: {
    id: '36',
    event: 'watch',
    body: {
      rooms: { [room]: { signals: true, typing: [bob] } },
      users: { [bob]: { online: true, modified_at: '2026-11-24T15:45:02.223Z' } },
    },
  },
  signal: { id: '37', event: 'signal', body: { sent: true } },
  resume: {
    id: '14',
    event: 'resume',
    body: {
      rooms: { [room]: { seq: 5, recovered: true } },
      others: { '01a20e3b-6166-7c44-8f21-9a0b1c2d3e4f': 17 },
      unread: { '01a20e3b-6166-7c44-8f21-9a0b1c2d3e4f': { unread: 3, mentions: 1, read: { seq: 12, gen: 0 } } },
      epoch: '9f8a4c0e',
    },
  },
  refresh: { id: '21', event: 'refresh', body: { expires_at: '2026-11-24T16:15:02.000Z' } },
  ping: { id: '11', event: 'ping', body: { now: '2026-11-24T15:45:02.301Z' } },
}

/** Some have an `id`: only the socket that sent the request receives it. */
export const feedExamples: Readonly<Record<FeedEvent, object>> = Object.fromEntries(
  roomEventNames.map((name) => [name, roomEvents[name].examples.feed]),
) as Record<RoomEventName, object>

export const pushExamples = {
  drain: { event: 'drain', body: { delay_ms: 1_200 } },
  reset: { event: 'reset', body: { room, seq: 5, reason: 'ahead' } },
  signal: { event: 'signal', room, body: { user_id: bob, kind: 'x.drawing', data: { x: 12, y: 40 }, ttl_ms: 6_000 } },
  presence: { event: 'presence', body: { user_id: bob, online: false } },
  profile: { event: 'profile', body: { user_id: bob } },
  read: { event: 'read', room, body: { user_id: bob, seq: 5, gen: 0 } },
  settings: { event: 'settings', room, body: { muted_until: '2026-12-01T08:00:00.000Z' } },
  features: { event: 'features', body: { features: ['create-user', 'new-message', 'edit-message'], level: 2 } },
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
