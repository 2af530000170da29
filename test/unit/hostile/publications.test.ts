import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecord } from '../../../services/writer/read-record.ts'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import {
  largestPublicationBytes,
  readNotice,
  readOutcomeLines,
  readRoomPublication,
  writeNotice,
  writeOutcomeLine,
  writeRoomPublication,
} from '../../../shared/records/publications.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import { ann, post, room, uuid } from '../domain/chat-fixtures.ts'
import { fuzzRuns, mutated } from './alterations.ts'

const runs = { numRuns: fuzzRuns(5_000) }
const slow = 600_000

const event = (seq: number) => ({
  seq,
  event: 'new-message',
  membership: 'none' as const,
  commandId: uuid(3, seq),
  digest: 'd',
  frame: feedFrameText('new-message', room, seq, JSON.stringify({ id: uuid(3, seq), msg: 'hello' })),
})
const publication = Buffer.from(writeRoomPublication({ room, events: [event(3), event(4), event(7)] }, 10_000))
const outcome = { room, command: uuid(3, 1), digest: 'd' }
const outcomes = Buffer.from(
  [
    writeOutcomeLine({ ...outcome, outcome: { seq: 3, body: '{"id":"x"}' } }),
    writeOutcomeLine({ ...outcome, outcome: { error: errorBody('forbidden', 'no') } }),
  ].join('\n'),
)
const notice = Buffer.from(writeNotice({ room, since: 4 }))
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))

describe('A forged publication', () => {
  it('for a room is dropped unless it is valid: ascending seqs, and frames that match their events', { timeout: slow }, () => {
    fc.assert(
      fc.property(fc.oneof(mutated(fc.constant(publication)), anyBytes), (payload) => {
        const found = readRoomPublication(payload)
        if (found === undefined) return
        expect(found.events.length).toBeGreaterThan(0)
        for (const [index, { seq, frame, event: name }] of found.events.entries()) {
          expect(seq).toBeGreaterThan(found.events[index - 1]?.seq ?? 0)
          if (frame !== undefined) expect(frame.startsWith(`{"event":"${name}","room":"${found.room}","seq":${seq},`)).toBe(true)
        }
      }),
      runs,
    )
  })

  it('for a gateway is dropped line by line unless valid', { timeout: slow }, () => {
    fc.assert(
      fc.property(fc.oneof(mutated(fc.constant(outcomes)), anyBytes), (payload) => {
        const read = readOutcomeLines(payload)
        expect(read.outcomes.length + read.malformed).toBe(payload.toString().split('\n').length)
        for (const { outcome } of read.outcomes) expect('body' in outcome).not.toBe('error' in outcome)
      }),
      runs,
    )
  })

  it('for a user is dropped unless valid', { timeout: slow }, () => {
    fc.assert(
      fc.property(fc.oneof(mutated(fc.constant(notice)), anyBytes), (payload) => {
        const found = readNotice(payload)
        if (found !== undefined) expect(found.since).toBeGreaterThanOrEqual(0)
      }),
      runs,
    )
  })

  it('larger than the limit is not parsed', () => {
    const large = Buffer.alloc(largestPublicationBytes + 1, ' ')
    publication.copy(large)
    expect(readRoomPublication(large)).toBeUndefined()
    expect(readOutcomeLines(large)).toEqual({ outcomes: [], malformed: 1 })
  })
})

describe('A forged record', () => {
  const command = post(ann)
  const valid = Buffer.from(writeCommand(command))
  const headers = { [recordHeaders.command]: command.id, [recordHeaders.digest]: command.digest, [recordHeaders.reply]: 'g1' }

  it('is dead-lettered with a reason unless it is a valid command of its key', { timeout: slow }, () => {
    const value = fc.oneof(mutated(fc.constant(valid)), anyBytes).map((bytes) => bytes.toString())
    fc.assert(
      fc.property(value, fc.constantFrom(room, 'elsewhere', ''), (text, key) => {
        const entry = readRecord({ key, value: text, headers, partition: 0, offset: '1' })
        if ('reason' in entry) expect(entry.reason).toMatch(/.{5,}/)
        else expect(entry.command.stream).toBe(key)
      }),
      runs,
    )
  })
})
