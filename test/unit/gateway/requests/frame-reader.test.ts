import { describe, expect, it } from 'vitest'
import { createFrameReader } from '../../../../services/gateway/requests/frame-reader.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'

const read = createFrameReader(defaultLimits)
const room = '0190a0b0-0000-7000-8000-000000000001'
const message = (body: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ event: 'new-message', id: 'c1', room, body: { msg: 'hi', type: 'text', ...body }, ...more })

const errorOf = (text: string) => {
  const frame = read(text)
  return 'error' in frame ? { ...frame.ref, code: frame.error.code, ...frame.error.details } : undefined
}

describe('The frame reader', () => {
  it('accepts a request and keeps its content', () => {
    expect(read(message({}))).toEqual({ request: { event: 'new-message', id: 'c1', room, body: { msg: 'hi', type: 'text' } } })
  })

  it.each([
    ['malformed JSON', '{"event":', { event: 'error', code: 'invalid', field: 'frame' }],
    ['an array', '[]', { event: 'error', code: 'invalid', field: 'frame' }],
    ['a number', '7', { event: 'error', code: 'invalid', field: 'frame' }],
    ['a frame without an event', '{"id":"c1"}', { event: 'error', id: 'c1', code: 'invalid', field: 'event' }],
    ['an unknown event', '{"event":"shout","id":"c1"}', { event: 'shout', id: 'c1', code: 'unknown_event' }],
    ['an event named after a prototype', '{"event":"constructor"}', { event: 'constructor', code: 'unknown_event' }],
    ['a wrong type', message({ msg: 7 }), { event: 'new-message', id: 'c1', code: 'invalid', field: 'body.msg' }],
    ['an empty message', message({ msg: '' }), { field: 'body.msg' }],
    ['a message that is too long', message({ msg: 'x'.repeat(16_001) }), { field: 'body.msg' }],
    ['U+0000', message({ msg: 'a\0b' }), { field: 'body.msg', reason: 'must be well-formed Unicode without U+0000' }],
    [
      'a lone surrogate',
      `{"event":"new-message","room":"${room}","body":{"type":"text","msg":"\\ud800"}}`,
      { field: 'body.msg' },
    ],
    ['an invalid type', message({ type: 'Text' }), { field: 'body.type' }],
    ['an unknown field', message({ user_id: room }), { field: 'body.user_id', reason: 'unknown field' }],
    ['an unknown field at the top', message({}, { seq: 1 }), { field: 'seq', reason: 'unknown field' }],
    ['a room that is not an id', message({}, { room: 'lobby' }), { field: 'room' }],
    ['an invalid alternative of a body', '{"event":"get-users","body":{"users":["x"]}}', { field: 'body.users.0' }],
    ['an id that is too long', message({}, { id: 'x'.repeat(65) }), { event: 'new-message', field: 'id' }],
  ])('refuses %s, naming field and reason', (_what, text, expected) => {
    expect(errorOf(text)).toMatchObject(expected)
  })

  it('repeats an id that is a number, but no other id that is not a string', () => {
    expect(errorOf(message({}, { id: 7 }))).toMatchObject({ id: 7, field: 'id', reason: 'must be a string' })
    for (const id of [7.5, true, {}, ['x'], 'x'.repeat(65)]) expect(errorOf(message({}, { id }))?.id).toBeUndefined()
  })
})
