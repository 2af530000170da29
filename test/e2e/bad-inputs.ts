import { randomUUID } from 'node:crypto'

export interface BadInput {
  readonly what: string
  readonly text: string
  readonly code: 'invalid' | 'unknown_event'
  /** The event that the error carries. */
  readonly event: string
  readonly field?: string
}

const message = (body: unknown, more: object = {}): string =>
  JSON.stringify({ event: 'new-message', id: 'x', room: randomUUID(), body, ...more })

const invalidMessage = (what: string, body: unknown, field: string): BadInput => ({
  what,
  text: message(body),
  code: 'invalid',
  event: 'new-message',
  field,
})

/** Frames that break the protocol, one rule each. */
export const badInputs: readonly BadInput[] = [
  { what: 'text that is not JSON', text: 'hello', code: 'invalid', event: 'error', field: 'frame' },
  { what: 'a truncated frame', text: '{"event":"ping","body":', code: 'invalid', event: 'error', field: 'frame' },
  { what: 'a list', text: '[1,2]', code: 'invalid', event: 'error', field: 'frame' },
  { what: 'a frame without an event', text: '{"body":{}}', code: 'invalid', event: 'error', field: 'event' },
  {
    what: 'an unknown event',
    text: '{"event":"shout","body":{}}',
    code: 'unknown_event',
    event: 'shout',
    field: 'event',
  },
  { what: 'an event of a wrong type', text: '{"event":7,"body":{}}', code: 'invalid', event: 'error', field: 'event' },
  { what: 'a frame without a body', text: '{"event":"ping"}', code: 'invalid', event: 'ping', field: 'body' },
  { what: 'an unknown field', text: '{"event":"ping","body":{"loud":true}}', code: 'invalid', event: 'ping', field: 'body.loud' },
  {
    what: 'an unknown field of the envelope',
    text: '{"event":"ping","body":{},"seq":1}',
    code: 'invalid',
    event: 'ping',
    field: 'seq',
  },
  {
    what: '__proto__',
    text: '{"event":"ping","body":{"__proto__":{"x":1}}}',
    code: 'invalid',
    event: 'ping',
    field: 'body.__proto__',
  },
  {
    what: 'an id that is too long',
    text: JSON.stringify({ event: 'ping', id: 'x'.repeat(65), body: {} }),
    code: 'invalid',
    event: 'ping',
    field: 'id',
  },
  invalidMessage('an empty message', { msg: '', type: 'text' }, 'body.msg'),
  invalidMessage('a message that is too long', { msg: 'x'.repeat(16_001), type: 'text' }, 'body.msg'),
  invalidMessage('a message of a wrong type', { msg: 7, type: 'text' }, 'body.msg'),
  invalidMessage('a message with U+0000', { msg: 'a\0b', type: 'text' }, 'body.msg'),
  invalidMessage('a message with a lone surrogate', { msg: 'a\ud800b', type: 'text' }, 'body.msg'),
  invalidMessage('a type with spaces', { msg: 'x', type: 'a b' }, 'body.type'),
  invalidMessage('an id that is not a UUID', { msg: 'x', type: 'text', id: '7' }, 'body.id'),
  invalidMessage('a user_id', { msg: 'x', type: 'text', user_id: randomUUID() }, 'body.user_id'),
  {
    what: 'a room that is not a UUID',
    text: message({ msg: 'x', type: 'text' }, { room: 'lobby' }),
    code: 'invalid',
    event: 'new-message',
    field: 'room',
  },
  {
    what: 'a chat without users',
    text: JSON.stringify({ event: 'create-chat', body: { chat: { name: 'x' }, users: [] } }),
    code: 'invalid',
    event: 'create-chat',
    field: 'body.users',
  },
  {
    what: 'a name that is too long',
    text: JSON.stringify({ event: 'create-chat', body: { chat: { name: 'x'.repeat(201) }, users: [randomUUID()] } }),
    code: 'invalid',
    event: 'create-chat',
    field: 'body.chat.name',
  },
  {
    what: 'a user without an external id',
    text: JSON.stringify({ event: 'create-user', body: { user: { name: 'x' } } }),
    code: 'invalid',
    event: 'create-user',
    field: 'body.user.externalUserId',
  },
  {
    what: 'a limit out of range',
    text: JSON.stringify({ event: 'list-messages', body: { chat: { id: randomUUID() }, query: { limit: 0 } } }),
    code: 'invalid',
    event: 'list-messages',
    field: 'body.query.limit',
  },
  {
    what: 'an invalid date',
    text: JSON.stringify({ event: 'list-messages', body: { chat: { id: randomUUID() }, query: { from: 'monday' } } }),
    code: 'invalid',
    event: 'list-messages',
    field: 'body.query.from',
  },
]
