import { describe, expect, it } from 'vitest'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { PublishedEvent } from '../../../shared/records/publications.ts'
import {
  readNotice,
  readOutcomeLines,
  readRoomPublication,
  writeNotice,
  writeOutcomeLine,
  writeRoomPublication,
} from '../../../shared/records/publications.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const posted = (seq: number, msg = 'hello'): PublishedEvent => ({
  seq,
  event: 'new-message',
  membership: 'none',
  commandId: `m${seq}`,
  digest: 'd',
  frame: feedFrameText('new-message', room, seq, JSON.stringify({ id: `m${seq}`, msg })),
})

const read = (text: string) => readRoomPublication(Buffer.from(text))

describe('The publication of a room', () => {
  it('is read as it was written', () => {
    const publication = { room, events: [posted(3), posted(5)] }
    expect(read(writeRoomPublication(publication, 10_000))).toEqual(publication)
  })

  it('names events whose frames exceed the size limit in its header only', () => {
    const publication = { room, events: [posted(3), posted(4, 'x'.repeat(500)), posted(5)] }
    const { frame: _four, ...four } = posted(4)
    const { frame: _five, ...five } = posted(5)
    expect(read(writeRoomPublication(publication, 600))).toEqual({ room, events: [posted(3), four, five] })
  })

  it('of a later version with more fields is read like one of ours', () => {
    const text = writeRoomPublication({ room, events: [posted(3)] }, 10_000)
    const more = text.replace('"v":1', '"v":1,"more":true').replace('"d"]', '"d","more"]')
    expect(more).not.toBe(text)
    expect(read(more)).toEqual({ room, events: [posted(3)] })
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another version', '{"v":2,"room":"00000000-0000-7000-8000-00000000aaaa","of":[[1,"new-message","m","d"]]}'],
    ['no room', '{"v":1,"of":[[1,"new-message","m","d"]]}'],
    ['no events', '{"v":1,"room":"00000000-0000-7000-8000-00000000aaaa","of":[]}'],
    ['seq 0', '{"v":1,"room":"00000000-0000-7000-8000-00000000aaaa","of":[[0,"new-message","m","d"]]}'],
    ['a name that no event has', '{"v":1,"room":"00000000-0000-7000-8000-00000000aaaa","of":[[1,"a \\"name","m","d"]]}'],
    [
      'seqs that do not ascend',
      '{"v":1,"room":"00000000-0000-7000-8000-00000000aaaa","of":[[2,"new-message","m","d"],[2,"new-message","n","d"]]}',
    ],
  ])('is refused with %s', (_what, text) => {
    expect(read(text)).toBeUndefined()
  })

  it.each([
    ['more frames than the header has events', (text: string) => `${text}\n${posted(4).frame}`],
    ['a frame of another seq', (text: string) => text.replace('"seq":3', '"seq":4')],
    ['a frame of another event', (text: string) => text.replace('"event":"new-message"', '"event":"add-users"')],
    ['a frame of another room', (text: string) => text.replace(/"room":"[^"]*","seq"/, '"room":"elsewhere","seq"')],
    ['a frame that was cut off', (text: string) => text.slice(0, -1)],
  ])('is refused with %s', (_what, change) => {
    const text = writeRoomPublication({ room, events: [posted(3)] }, 10_000)
    expect(change(text)).not.toBe(text)
    expect(read(change(text))).toBeUndefined()
  })
})

describe('The lines of a gateway', () => {
  const done = { room: 'ext "1"', command: 'c', digest: 'd', outcome: { seq: 4, body: '{"id":"c"}' } }
  const refused = { room, command: 'c', digest: 'd', outcome: { error: errorBody('forbidden', 'no') } }

  it('are read as they were written', () => {
    const text = [writeOutcomeLine(done), writeOutcomeLine(refused)].join('\n')
    expect(readOutcomeLines(Buffer.from(text))).toEqual({ outcomes: [done, refused], malformed: 0 })
  })

  it('that are malformed are counted, and the other lines are read', () => {
    const both = `{"v":1,"room":"r","command":"c","digest":"d","body":{},"error":{"code":"internal","message":"no"}}`
    const text = ['{', both, writeOutcomeLine(refused), '{"v":1,"room":"r","command":"c","digest":"d"}'].join('\n')
    expect(readOutcomeLines(Buffer.from(text))).toEqual({ outcomes: [refused], malformed: 3 })
  })
})

describe('A notice', () => {
  it('is read as it was written, and refused when it is malformed', () => {
    expect(readNotice(Buffer.from(writeNotice({ room, since: 7 })))).toEqual({ room, since: 7 })
    for (const text of ['', '[]', '{"v":1,"room":"x","since":7}', `{"v":1,"room":"${room}","since":-1}`])
      expect(readNotice(Buffer.from(text))).toBeUndefined()
  })
})
