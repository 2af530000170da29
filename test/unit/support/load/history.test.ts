import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../support/load/entry.ts'
import { entryCodes, entryKinds, operationEvents } from '../../../support/load/entry.ts'
import { createHistory, historyOf } from '../../../support/load/history.ts'

const startMs = 1_700_000_000_000.5
const word = fc.integer({ min: 0, max: 0xffff_ffff })

const entries: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constantFrom(...entryKinds),
  at: fc.integer({ min: 0, max: 1_000_000 }).map((tenths) => startMs + tenths / 10),
  event: fc.constantFrom(...operationEvents),
  code: fc.constantFrom(...entryCodes),
  socket: word,
  user: word,
  room: word,
  seq: word,
  command: word,
  crc: word,
  operation: word,
})

const copies = (history: { entries(): Iterable<Readonly<Entry>> }): Entry[] =>
  [...history.entries()].map((entry) => ({ ...entry }))

describe('A history', () => {
  it('returns the written entries, also from its bytes', () => {
    fc.assert(
      fc.property(fc.array(entries), (written) => {
        const history = createHistory(startMs)
        for (const entry of written) history.append(entry)
        const read = Array.from(history.entries(), (entry) => ({ ...entry, at: Math.round(entry.at * 10) }))
        expect(read).toEqual(written.map((entry) => ({ ...entry, at: Math.round(entry.at * 10) })))
        expect(copies(historyOf(Buffer.concat(history.parts())))).toEqual(copies(history))
      }),
    )
  })

  it('can be read several times, over many chunks', () => {
    const history = createHistory(startMs)
    for (let seq = 0; seq < 100_000; seq += 1) history.append({ kind: 'frame', at: startMs, seq })
    for (const reader of [history, historyOf(Buffer.concat(history.parts())), history]) {
      let expected = 0
      for (const { seq } of reader.entries()) {
        if (seq !== expected) throw new Error(`${seq} in place of ${expected}`)
        expected += 1
      }
      expect(expected).toBe(100_000)
    }
  })

  it('rejects bytes that were truncated', () => {
    const history = createHistory(startMs)
    history.append({ kind: 'frame', at: startMs })
    const bytes = Buffer.concat(history.parts())
    expect(() => historyOf(bytes.subarray(0, bytes.length - 4))).toThrow('was cut')
  })
})
