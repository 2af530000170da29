import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feedFrameText, withRequestId } from '../../../../shared/frames/room-event-frame.ts'
import { foreign } from '../../../support/load/entry.ts'
import { frameReader } from '../../../support/load/frame-view.ts'
import type { ParsedFrame } from '../../../support/load/parse-frame.ts'
import { viewOf } from '../../../support/load/parse-frame.ts'
import { runIds } from '../../../support/load/run-ids.ts'

const ids = runIds(77, 1_700_000_000_000)
const read = frameReader(ids)
const number = fc.integer({ min: 1, max: 0xffff_fffe })
const intended = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((quarter) => quarter / 4)

const frames = fc.oneof(
  fc
    .record({ room: number, seq: number, command: number, ms: intended, msg: fc.string() })
    .map(({ room, seq, command, ms, msg }) =>
      feedFrameText('new-message', ids.room(room), seq, JSON.stringify({ id: ids.command(command, ms), msg })),
    ),
  fc
    .record({ room: number, command: number })
    .map(({ room, command }) =>
      feedFrameText('add-users', ids.room(room), 7, JSON.stringify({ id: ids.command(command, 5), users: [] })),
    ),
  number.map((room) => feedFrameText('create-chat', ids.room(room), 1, JSON.stringify({ chat: { id: ids.room(room) } }))),
  number.map((command) => JSON.stringify({ event: 'new-message', body: { id: ids.command(command, 5), msg: 'again' } })),
  fc
    .constantFrom('new-message', 'create-chat', 'list-messages')
    .map((event) => JSON.stringify({ event, error: { code: 'timeout', message: '"id":"' } })),
  fc.constantFrom(
    '{"event":"drain","body":{"delay_ms":5}}',
    '{"event":"ping","body":{}}',
    '{"event":"resume","body":{"rooms":{}}}',
  ),
)

describe('The reader of frames by position', () => {
  it('reads the same fields as the parser', () => {
    fc.assert(
      fc.property(frames, fc.option(number), (frame, operation) => {
        const text = withRequestId(frame, operation === null ? undefined : String(operation))
        const view = read(Buffer.from(text))
        expect(view).toBeDefined()
        expect(view).toMatchObject(viewOf(JSON.parse(text) as ParsedFrame, ids))
        expect(text.slice(view?.commonFrom)).toBe(frame.slice(1))
      }),
    )
  })

  it('leaves a frame of another layout to the parser', () => {
    for (const text of ['{"body":{},"event":"ping"}', '{"id":"q7","event":"ping","body":{}}', '{}', ''])
      expect(read(Buffer.from(text))).toBeUndefined()
  })

  it('marks ids of another run as foreign', () => {
    const other = runIds(78, 0)
    const text = feedFrameText('new-message', other.room(1), 2, JSON.stringify({ id: other.command(3, 4), msg: 'x' }))
    expect(read(Buffer.from(text))).toMatchObject({ kind: 'feed', room: foreign, command: foreign, seq: 2 })
  })
})
