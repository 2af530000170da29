import { describe, expect, it } from 'vitest'
import { createFrameReader } from '../../../services/gateway/requests/frame-reader.ts'
import { file } from '../../../shared/protocol/example-values.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import type { RequestEvent } from '../../../shared/protocol/requests.ts'
import { requestEvents, requestSchemas } from '../../../shared/protocol/requests.ts'

const room = '01a20e3b-6111-7eb9-a052-16a1449e88a0'
const user = '01a20e3b-6107-7742-ac5b-fcb05f0baa1b'
const read = createFrameReader(defaultLimits)

/** The smallest request of each event. */
const smallest: { readonly [Event in RequestEvent]: { readonly room?: string; readonly body: object } } = {
  'create-user': { body: { user: { externalUserId: 'a' } } },
  'create-chat': { body: { chat: { name: 'n' }, users: [user] } },
  'list-chats': { body: { user: { id: user } } },
  'list-messages': { body: { chat: { id: room } } },
  'new-message': { room, body: { msg: 'm', type: 't' } },
  'add-users': { room, body: { users: [user] } },
  'remove-users': { room, body: { users: [user] } },
  'edit-message': { room, body: { message: user, msg: 'm' } },
  'delete-message': { room, body: { message: user } },
  'set-reaction': { room, body: { message: user, reaction: 'r' } },
  'set-pin': { room, body: { message: user } },
  'update-chat': { room, body: { chat: { name: 'n' } } },
  'update-members': { room, body: { users: [user], role: 'reader' } },
  'list-members': { body: { chat: { id: room } } },
  'list-reactions': { body: { chat: { id: room }, message: user } },
  'get-message-versions': { body: { chat: { id: room }, message: user } },
  'mark-read': { room, body: { seq: 1 } },
  'set-chat-settings': { room, body: {} },
  'create-upload': { room, body: { file: { name: 'f', mime: 'a/b', size: 1, sha256: '0'.repeat(64) } } },
  'get-files': { room, body: { messages: [user] } },
  'update-user': { body: { user: { name: 'n' } } },
  'set-block': { body: { user } },
  'list-blocks': { body: {} },
  'get-users': { body: { users: [user] } },
  watch: { body: {} },
  signal: { room, body: { kind: 'typing' } },
  resume: { body: { rooms: {} } },
  refresh: { body: { token: 't' } },
  ping: { body: {} },
}

const outcome = (event: string, rest: object): unknown => {
  const frame = read(JSON.stringify({ event, ...rest }))
  return 'error' in frame ? [frame.error.details?.field, frame.error.details?.reason] : frame.request
}
const body = (event: RequestEvent, more: object): object => ({ ...smallest[event], body: { ...smallest[event].body, ...more } })
const described = (more: object): object => ({
  room,
  body: { file: { name: 'f', mime: 'a/b', size: 1, sha256: '0'.repeat(64), ...more } },
})
const query = (event: RequestEvent, more: object): object => body(event, { query: more })
const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => user.slice(0, -6) + String(n).padStart(6, '0'))
const roomsOf = (count: number): Record<string, number> => Object.fromEntries(ids(count).map((id) => [id, 1]))

describe('a request', () => {
  it.each(requestEvents)('is accepted unchanged in its smallest form: %s', (event) => {
    expect(outcome(event, smallest[event])).toEqual({ event, ...smallest[event] })
  })

  it.each(requestEvents)('accepts an id and an acting user: %s', (event) => {
    const named = { id: 'x'.repeat(64), as: user }
    expect(outcome(event, { ...smallest[event], ...named })).toEqual({ event, ...smallest[event], ...named })
  })

  it.each(requestEvents)('is refused with an unknown field, at the top and in the body: %s', (event) => {
    expect(outcome(event, { ...smallest[event], seq: 1 })).toEqual(['seq', 'unknown field'])
    expect(outcome(event, body(event, { extra: 1 }))).toEqual(['body.extra', 'unknown field'])
  })

  it.each(requestEvents)('is refused without a body: %s', (event) => {
    expect(outcome(event, { ...smallest[event], body: undefined })).toEqual(['body', 'is missing'])
    expect(outcome(event, { ...smallest[event], body: null })).toEqual(['body', 'is missing'])
  })

  it.each(requestEvents)('needs a room or does not accept one: %s', (event) => {
    const { room: own } = smallest[event]
    if (own === undefined) expect(outcome(event, { ...smallest[event], room })).toEqual(['room', 'unknown field'])
    else expect(outcome(event, { ...smallest[event], room: undefined })).toEqual(['room', expect.any(String)])
  })

  it('may contain ids in upper case, which are read in lower case', () => {
    const shouted = { room: room.toUpperCase(), as: user.toUpperCase() }
    expect(outcome('new-message', { ...smallest['new-message'], ...shouted })).toMatchObject({ room, as: user })
    expect(outcome('resume', body('resume', { rooms: { [room.toUpperCase()]: 3 } }))).toMatchObject({
      body: { rooms: { [room]: 3 } },
    })
  })

  it('may contain a time in any zone, which is read as UTC with milliseconds', () => {
    const range = { from: '2026-11-24T16:45:02+01:00', to: '2026-11-24T15:45:02.2159Z' }
    expect(outcome('list-messages', query('list-messages', range))).toMatchObject({
      body: { query: { from: '2026-11-24T15:45:02.000Z', to: '2026-11-24T15:45:02.215Z' } },
    })
  })

  it('may contain a time that UTC has in the year 10000, which is read as the last one with four digits', () => {
    const until = '9999-12-31T23:59:59-01:00'
    expect(outcome('update-members', body('update-members', { until }))).toMatchObject({
      body: { until: '9999-12-31T23:59:59.999Z' },
    })
  })

  it('may reach every limit', () => {
    const { msgChars, nameChars, usersPerCommand, pageEntries, resumeRooms, dataBytes, mentions } = defaultLimits
    const largest: readonly [RequestEvent, object][] = [
      ['new-message', body('new-message', { msg: '𝕏'.repeat(msgChars / 2), type: 't'.repeat(32) })],
      ['create-user', body('create-user', { user: { externalUserId: 'x'.repeat(200), name: 'x'.repeat(nameChars) } })],
      ['create-chat', body('create-chat', { chat: { name: 'x'.repeat(nameChars) }, users: ids(usersPerCommand) })],
      ['list-messages', query('list-messages', { limit: pageEntries, cursor: 'x'.repeat(1_024) })],
      ['new-message', body('new-message', { data: nested(8), mentions: ids(mentions) })],
      ['new-message', body('new-message', { data: { a: 'x'.repeat(dataBytes - 8) }, mentions: 'all' })],
      ['set-reaction', body('set-reaction', { reaction: 'x'.repeat(64) })],
      ['create-user', { body: {} }],
      ['resume', body('resume', { rooms: roomsOf(resumeRooms), epoch: 'x'.repeat(64), max: 10_000 })],
      ['create-user', body('create-user', { resume: { rooms: roomsOf(resumeRooms) } })],
      ['get-users', { body: { externalUserIds: ids(usersPerCommand) } }],
    ]
    for (const [event, rest] of largest) expect(outcome(event, rest)).toMatchObject({ event })
  })

  it.each([
    ['create-user', { ...smallest['create-user'], id: null, as: null }, smallest['create-user']],
    ['create-user', { body: { user: { externalUserId: 'a', name: null }, resume: null } }, smallest['create-user']],
    ['create-chat', body('create-chat', { chat: { name: 'n', id: null } }), smallest['create-chat']],
    ['list-messages', body('list-messages', { query: null }), smallest['list-messages']],
    ['list-messages', query('list-messages', { from: null, limit: null, cursor: null }), query('list-messages', {})],
    ['new-message', body('new-message', { id: null }), smallest['new-message']],
    ['get-users', { body: { users: [user], externalUserIds: null } }, smallest['get-users']],
    ['ping', { ...smallest.ping, room: null }, smallest.ping],
  ] as const)('may contain null for an absent field: %s %j', (event, rest, read) => {
    expect(outcome(event, rest)).toEqual({ event, ...read })
  })

  it.each(['new-message', 'edit-message'] as const)('keeps the members of data that are null: %s', (event) => {
    const rest = body(event, { data: { a: null, b: { c: null, d: [null] } } })
    expect(outcome(event, rest)).toEqual({ event, ...rest })
  })

  it('is refused if a required field, or an entry of a list, is null', () => {
    expect(outcome('new-message', body('new-message', { msg: null }))).toEqual(['body.msg', 'is missing'])
    expect(outcome('create-chat', body('create-chat', { users: [null] }))).toEqual([
      'body.users.0',
      expect.stringMatching(/^must be the id of a user/),
    ])
  })

  it('may have a message of the greatest length with every character escaped', () => {
    const msg = 'é'.repeat(defaultLimits.msgChars)
    const escaped = JSON.stringify({ event: 'new-message', room, body: { msg, type: 'text', id: room } }).replaceAll(
      'é',
      '\\u00e9',
    )
    expect(escaped.length).toBeLessThan(defaultLimits.frameBytes)
    expect(read(escaped)).toMatchObject({ request: { body: { msg } } })
  })

  it.each([7, 0, -1, 2 ** 53 - 1])('whose id is the number %d is refused under that number', (id) => {
    expect(read(JSON.stringify({ event: 'ping', id, body: {} }))).toMatchObject({
      ref: { event: 'ping', id },
      error: { code: 'invalid', details: { field: 'id', reason: 'must be a string' } },
    })
  })

  it('is checked against the configured limits', () => {
    const { 'new-message': schema } = requestSchemas({ ...defaultLimits, msgChars: 3 })
    const saying = (msg: string) => schema.safeParse({ event: 'new-message', room, body: { msg, type: 't' } }).success
    expect([saying('abc'), saying('abcd')]).toEqual([true, false])
  })
})

/** An object nested so many levels deep. */
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) })

const badText = 'must be well-formed Unicode without U+0000'
const anyRole = 'must be one of: reader, member, moderator, admin, owner'
const refused: readonly (readonly [RequestEvent, object, string, string | RegExp])[] = [
  ['ping', { body: {}, id: '' }, 'id', 'must not be empty'],
  ['ping', { body: {}, id: 'x'.repeat(65) }, 'id', 'must have at most 64 characters'],
  ['ping', { body: {}, id: 7 }, 'id', 'must be a string'],
  ['ping', { body: {}, id: 'a\0' }, 'id', badText],
  ['ping', { body: {}, as: 'ann' }, 'as', /^must be the id of a user/],
  ['create-user', body('create-user', { user: {} }), 'body.user.externalUserId', 'is missing'],
  ['create-user', body('create-user', { user: { externalUserId: '' } }), 'body.user.externalUserId', 'must not be empty'],
  [
    'create-user',
    body('create-user', { user: { externalUserId: 'x'.repeat(201) } }),
    'body.user.externalUserId',
    'must have at most 200 characters',
  ],
  ['create-user', body('create-user', { user: { externalUserId: 'a\0b' } }), 'body.user.externalUserId', badText],
  ['create-user', body('create-user', { user: { externalUserId: 'a', name: '' } }), 'body.user.name', 'must not be empty'],
  [
    'create-user',
    body('create-user', { user: { externalUserId: 'a', name: 'x'.repeat(201) } }),
    'body.user.name',
    'must have at most 200 characters',
  ],
  ['create-user', body('create-user', { user: { externalUserId: 'a', id: user } }), 'body.user.id', 'unknown field'],
  ['create-user', body('create-user', { resume: {} }), 'body.resume.rooms', 'is missing'],
  ['create-chat', body('create-chat', { chat: {} }), 'body.chat.name', 'is missing'],
  ['create-chat', body('create-chat', { chat: { name: 'x'.repeat(201) } }), 'body.chat.name', 'must have at most 200 characters'],
  [
    'create-chat',
    body('create-chat', { chat: { name: 'n', id: 'lobby' } }),
    'body.chat.id',
    'must be a UUID that the client makes',
  ],
  ['create-chat', body('create-chat', { chat: { name: 'n', created_at: 'now' } }), 'body.chat.created_at', 'unknown field'],
  ['create-chat', body('create-chat', { users: [] }), 'body.users', 'must not be empty'],
  ['create-chat', body('create-chat', { users: ids(1_001) }), 'body.users', 'must have at most 1000 entries'],
  ['create-chat', body('create-chat', { users: user }), 'body.users', 'must be a list'],
  ['create-chat', body('create-chat', { users: [user, 'ann'] }), 'body.users.1', /^must be the id of a user/],
  ['create-chat', { body: { users: [user] } }, 'body.chat', 'is missing'],
  ['create-chat', body('create-chat', { direct: true }), 'body.chat', /^must be absent/],
  ['create-chat', { body: { users: ids(2), direct: true } }, 'body.users', /^must be the id of one user/],
  [
    'create-chat',
    body('create-chat', { chat: { name: 'n', id: '96af1751-c9df-836f-a88a-7ab4833cf65f' } }),
    'body.chat.id',
    'must not be a UUID of version 8',
  ],
  ['update-user', { body: { user: {} } }, 'body.user', 'must have at least one field'],
  ['update-user', { body: { user: { name: null } } }, 'body.user', 'must have at least one field'],
  ['update-user', { body: { user: { id: user } } }, 'body.user.id', 'unknown field'],
  ['update-user', { body: { user: { name: 'a\0' } } }, 'body.user.name', badText],
  ['update-user', { body: { user: { data: nested(9) } } }, 'body.user.data', 'must be nested at most 8 levels deep'],
  ['set-block', body('set-block', { user: 'ann' }), 'body.user', /^must be the id of a user/],
  ['set-block', body('set-block', { on: 'yes' }), 'body.on', 'must be true or false'],
  ['list-blocks', query('list-blocks', { limit: 201 }), 'body.query.limit', 'must be at most 200'],
  ['new-message', body('new-message', { data: [] }), 'body.data', 'must be an object'],
  ['new-message', body('new-message', { data: 'text' }), 'body.data', 'must be an object'],
  ['new-message', body('new-message', { data: { a: 'x'.repeat(4_096) } }), 'body.data', 'must have at most 4096 bytes as JSON'],
  ['new-message', body('new-message', { data: nested(9) }), 'body.data', 'must be nested at most 8 levels deep'],
  ['new-message', body('new-message', { data: { a: ['b\0'] } }), 'body.data', badText],
  ['new-message', body('new-message', { data: { 'a\ud800': 1 } }), 'body.data', badText],
  ['new-message', body('new-message', { data: JSON.parse('{"a":{"__proto__":1}}') }), 'body.data', /__proto__/],
  ['new-message', body('new-message', { data: JSON.parse('{"__proto__":{"a":1}}') }), 'body.data', /__proto__/],
  ['new-message', body('new-message', { mentions: [] }), 'body.mentions', 'must not be empty'],
  ['new-message', body('new-message', { mentions: 'some' }), 'body.mentions', 'must be a list of user ids, or "all"'],
  ['new-message', body('new-message', { mentions: ids(65) }), 'body.mentions', 'must have at most 64 entries'],
  ['new-message', body('new-message', { thread: 'a' }), 'body.thread', 'must be the id of a message, a UUID'],
  ['new-message', body('new-message', { silent: 1 }), 'body.silent', 'must be true or false'],
  ['edit-message', body('edit-message', { msg: '' }), 'body.msg', 'must not be empty'],
  ['edit-message', body('edit-message', { data: 7 }), 'body.data', 'must be an object'],
  ['delete-message', body('delete-message', { message: 'a' }), 'body.message', 'must be the id of a message, a UUID'],
  ['set-reaction', body('set-reaction', { reaction: '' }), 'body.reaction', 'must not be empty'],
  ['set-reaction', body('set-reaction', { reaction: 'x'.repeat(65) }), 'body.reaction', 'must have at most 64 characters'],
  ['set-pin', body('set-pin', { on: 'yes' }), 'body.on', 'must be true or false'],
  ['list-reactions', query('list-reactions', { limit: 201 }), 'body.query.limit', 'must be at most 200'],
  ['get-message-versions', query('get-message-versions', { cursor: '' }), 'body.query.cursor', 'must not be empty'],
  ['update-chat', body('update-chat', { chat: {} }), 'body.chat', 'must name at least one field'],
  ['update-chat', body('update-chat', { chat: { rules: { shout: 'member' } } }), 'body.chat.rules.shout', 'unknown field'],
  ['update-chat', body('update-chat', { chat: { data: [] } }), 'body.chat.data', 'must be an object'],
  [
    'update-members',
    body('update-members', { until: 'soon' }),
    'body.until',
    'must be an ISO-8601 time with a zone, like 2026-11-24T15:45:02Z',
  ],
  ['update-members', body('update-members', { role: 'king' }), 'body.role', anyRole],
  ['update-chat', body('update-chat', { chat: { rules: { post: 20 } } }), 'body.chat.rules.post', anyRole],
  ['create-chat', { body: { users: [user], direct: false } }, 'body.direct', 'must be true'],
  ['list-members', query('list-members', { role: 'king' }), 'body.query.role', anyRole],
  ['list-members', query('list-members', { limit: 0 }), 'body.query.limit', 'must be at least 1'],
  ['list-chats', { body: {} }, 'body.user', 'is missing'],
  ['list-chats', body('list-chats', { user: { id: 'ann' } }), 'body.user.id', /^must be the id of a user/],
  ['list-chats', query('list-chats', { limit: 0 }), 'body.query.limit', 'must be at least 1'],
  ['list-chats', query('list-chats', { limit: 201 }), 'body.query.limit', 'must be at most 200'],
  ['list-chats', query('list-chats', { limit: 1.5 }), 'body.query.limit', 'must be a whole number'],
  ['list-chats', query('list-chats', { cursor: '' }), 'body.query.cursor', 'must not be empty'],
  ['list-chats', query('list-chats', { after: 3 }), 'body.query.after', 'unknown field'],
  ['list-messages', { body: {} }, 'body.chat', 'is missing'],
  ['list-messages', body('list-messages', { chat: { id: 'lobby' } }), 'body.chat.id', /^must be the id of a chat/],
  [
    'list-messages',
    query('list-messages', { from: 'yesterday' }),
    'body.query.from',
    'must be an ISO-8601 time with a zone, like 2026-11-24T15:45:02Z',
  ],
  [
    'list-messages',
    query('list-messages', { from: '2026-02-30T00:00:00Z' }),
    'body.query.from',
    'must be an ISO-8601 time with a zone, like 2026-11-24T15:45:02Z',
  ],
  [
    'list-messages',
    query('list-messages', { to: '2026-11-24T15:45:02' }),
    'body.query.to',
    'must be an ISO-8601 time with a zone, like 2026-11-24T15:45:02Z',
  ],
  ['list-messages', query('list-messages', { to: 1_700_000_000_000 }), 'body.query.to', 'must be a string'],
  ['list-messages', query('list-messages', { after: -1 }), 'body.query.after', 'must be at least 0'],
  ['list-messages', query('list-messages', { after: 2 ** 53 }), 'body.query.after', 'must be at most 9007199254740991'],
  ['list-messages', query('list-messages', { before: '3' }), 'body.query.before', 'must be a number'],
  ['list-messages', query('list-messages', { limit: 201 }), 'body.query.limit', 'must be at most 200'],
  [
    'list-messages',
    query('list-messages', { cursor: 'x'.repeat(1_025) }),
    'body.query.cursor',
    'must have at most 1024 characters',
  ],
  ['new-message', { ...smallest['new-message'], room: 'lobby' }, 'room', /^must be the id of a chat/],
  ['new-message', body('new-message', { msg: '' }), 'body.msg', 'must not be empty'],
  ['new-message', body('new-message', { msg: 'x'.repeat(16_001) }), 'body.msg', 'must have at most 16000 characters'],
  ['new-message', body('new-message', { msg: '\ud800' }), 'body.msg', badText],
  ['new-message', body('new-message', { msg: '\0' }), 'body.msg', badText],
  ['new-message', body('new-message', { msg: ['hi'] }), 'body.msg', 'must be a string'],
  ['new-message', body('new-message', { type: 'Text' }), 'body.type', /^must match /],
  ['new-message', body('new-message', { type: 't'.repeat(33) }), 'body.type', /^must match /],
  ['new-message', body('new-message', { id: '7' }), 'body.id', 'must be a UUID that the client makes'],
  ['new-message', body('new-message', { user_id: user }), 'body.user_id', 'unknown field'],
  ['add-users', body('add-users', { users: [] }), 'body.users', 'must not be empty'],
  ['add-users', body('add-users', { users: [7] }), 'body.users.0', /^must be the id of a user/],
  ['remove-users', body('remove-users', { users: undefined }), 'body.users', 'is missing'],
  ['remove-users', body('remove-users', { users: ids(1_001) }), 'body.users', 'must have at most 1000 entries'],
  ['mark-read', body('mark-read', { seq: -1 }), 'body.seq', 'must be at least 0'],
  ['mark-read', body('mark-read', { gen: 2 ** 31 }), 'body.gen', 'must be at most 2147483647'],
  ['mark-read', { room, body: {} }, 'body.seq', 'is missing'],
  [
    'set-chat-settings',
    body('set-chat-settings', { muted_until: 'tomorrow' }),
    'body.muted_until',
    'must be an ISO-8601 time with a zone, like 2026-11-24T15:45:02Z',
  ],
  ['set-chat-settings', body('set-chat-settings', { hidden: 'yes' }), 'body.hidden', 'must be true or false'],
  ['create-upload', described({ size: 0 }), 'body.file.size', 'must be at least 1'],
  ['create-upload', described({ size: 104_857_601 }), 'body.file.size', 'must be at most 104857600'],
  ['create-upload', described({ name: '../a' }), 'body.file.name', expect.stringContaining('must not have control characters')],
  ['create-upload', described({ name: 'a\u202egnp.exe' }), 'body.file.name', expect.stringContaining('marks of direction')],
  ['create-upload', described({ mime: 'Image/PNG' }), 'body.file.mime', expect.stringContaining('must be a media type')],
  ['create-upload', described({ sha256: 'A'.repeat(64) }), 'body.file.sha256', expect.stringContaining('must be a SHA-256')],
  ['create-upload', described({ width: 65_536 }), 'body.file.width', 'must be at most 65535'],
  ['get-files', body('get-files', { messages: ids(51) }), 'body.messages', 'must have at most 50 entries'],
  ['new-message', body('new-message', { attachments: [] }), 'body.attachments', 'must not be empty'],
  ['new-message', body('new-message', { attachments: Array(11).fill(file) }), 'body.attachments', 'must have at most 10 entries'],
  ['new-message', body('new-message', { attachments: [{ ...file, url: 'x' }] }), 'body.attachments.0.url', 'unknown field'],
  ['edit-message', body('edit-message', { attachments: [{ ...file, sig: 'x' }] }), 'body.attachments.0.sig', expect.any(String)],
  ['get-users', { body: {} }, 'body.users', 'is missing'],
  ['get-users', { body: { externalUserIds: [] } }, 'body.externalUserIds', 'must not be empty'],
  ['get-users', { body: { externalUserIds: [''] } }, 'body.externalUserIds.0', 'must not be empty'],
  ['watch', { body: { rooms: ['lobby'] } }, 'body.rooms.0', /^must be the id of a chat/],
  ['watch', { body: { rooms: ids(51) } }, 'body.rooms', 'must have at most 50 entries'],
  ['watch', { body: { users: ['ann'] } }, 'body.users.0', /^must be the id of a user/],
  ['watch', { body: { users: ids(201) } }, 'body.users', 'must have at most 200 entries'],
  ['signal', body('signal', { kind: 'dancing' }), 'body.kind', /^must be typing/],
  ['signal', body('signal', { kind: 'x.' }), 'body.kind', /^must be typing/],
  ['signal', body('signal', { data: { a: 'x'.repeat(1_024) } }), 'body.data', 'must have at most 1024 bytes as JSON'],
  ['signal', body('signal', { to: [] }), 'body.to', 'must not be empty'],
  ['signal', body('signal', { to: ids(21) }), 'body.to', 'must have at most 20 entries'],
  ['resume', { body: {} }, 'body.rooms', 'is missing'],
  ['resume', body('resume', { rooms: { lobby: 1 } }), 'body.rooms.lobby', /^must be the id of a chat/],
  ['resume', body('resume', { rooms: { [room]: -1 } }), `body.rooms.${room}`, 'must be at least 0'],
  ['resume', body('resume', { rooms: { [room]: 1.5 } }), `body.rooms.${room}`, 'must be a whole number'],
  ['resume', body('resume', { rooms: roomsOf(501) }), 'body.rooms', 'at most 500 rooms'],
  ['resume', body('resume', { epoch: '' }), 'body.epoch', 'must not be empty'],
  ['resume', body('resume', { max: 0 }), 'body.max', 'must be at least 1'],
  ['resume', body('resume', { max: 10_001 }), 'body.max', 'must be at most 10000'],
  ['refresh', { body: {} }, 'body.token', 'is missing'],
  ['refresh', { body: { token: '' } }, 'body.token', 'must not be empty'],
  ['refresh', { body: { token: 'x'.repeat(16_385) } }, 'body.token', 'must have at most 16384 characters'],
  ['ping', { body: { now: 1 } }, 'body.now', 'unknown field'],
]

describe('Invalid input is refused with field and reason:', () => {
  it.each(refused.map(([event, rest, field, reason]) => ({ event, rest, field, reason })))(
    '$event, $field: $reason',
    ({ event, rest, field, reason }) => {
      expect(outcome(event, rest)).toEqual([field, reason instanceof RegExp ? expect.stringMatching(reason) : reason])
    },
  )

  it('is tested for every event', () => {
    expect(new Set(refused.map(([event]) => event))).toEqual(new Set(requestEvents))
  })
})
