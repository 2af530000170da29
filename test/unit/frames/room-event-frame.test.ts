import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bodyOfFrame,
  createdAtMsOf,
  feedFrameText,
  isFrameOf,
  withRequestId,
  withVersion,
} from '../../../shared/frames/room-event-frame.ts'

const text = fc.string({ unit: 'binary' })
/** Text that contains the marks by which frames are cut. */
const trap = fc.constantFrom('"body":{}}', '{"event":"new-message"', '"created_at":"2020-01-01T00:00:00.000Z"', '}}', '\\"', '\n')
const words = fc.array(fc.oneof(text, trap), { maxLength: 4 }).map((parts) => parts.join(''))
const body = fc.record({ id: fc.uuid(), msg: words, type: words }).map((fields) => ({
  ...fields,
  created_at: '2026-11-24T15:45:02.123Z',
}))
const event = fc.record({
  event: fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
  room: fc.uuid(),
  seq: fc.integer({ min: 1 }),
  body,
})
const frameOf = ({ event, room, seq, body }: { event: string; room: string; seq: number; body: object }): string =>
  feedFrameText(event, room, seq, JSON.stringify(body))

const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, (value) => void holds(value)))

describe('The frame of a room event', () => {
  it('is parsed into its event, room, seq and body', () => {
    check(event, (given) => expect(JSON.parse(frameOf(given))).toEqual(given))
  })

  it('is one line', () => {
    check(event, (given) => expect(frameOf(given)).not.toContain('\n'))
  })

  it('gets the id of a request as a further member, and is unchanged without one', () => {
    check(fc.tuple(event, words), ([given, id]) => {
      const frame = frameOf(given)
      expect(JSON.parse(withRequestId(frame, id))).toEqual({ id, ...given })
      expect(withRequestId(frame, undefined)).toBe(frame)
    })
  })

  it('yields its body as the same text, with and without the id of a request', () => {
    check(fc.tuple(event, words), ([given, id]) => {
      const frame = frameOf(given)
      expect(bodyOfFrame(frame)).toBe(JSON.stringify(given.body))
      expect(bodyOfFrame(withRequestId(frame, id))).toBe(JSON.stringify(given.body))
    })
  })

  it('gets a version as a further member', () => {
    check(event, (given) => expect(JSON.parse(withVersion(frameOf(given), 1))).toEqual({ v: 1, ...given }))
  })

  it('yields the time of its event, whatever its message contains', () => {
    check(event, (given) => expect(createdAtMsOf(frameOf(given))).toBe(Date.parse(given.body.created_at)))
    expect(createdAtMsOf(feedFrameText('new-message', 'r', 1, '{"msg":"m"}'))).toBeNaN()
  })

  it('is recognised by its event, room and seq, and only if it is complete', () => {
    check(fc.tuple(event, event), ([given, other]) => {
      const frame = frameOf(given)
      expect(isFrameOf(given, frame)).toBe(true)
      for (const name of ['event', 'room', 'seq'] as const) {
        const isSame = given[name] === other[name]
        expect(isFrameOf({ ...given, [name]: other[name] }, frame)).toBe(isSame)
      }
      expect(isFrameOf(given, frame.slice(0, -1))).toBe(false)
      expect(isFrameOf(given, withRequestId(frame, 'id'))).toBe(false)
    })
  })
})
