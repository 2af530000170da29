import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '../../../services/web/src/model/timeline.ts'
import { merge, messageEntry } from '../../../services/web/src/model/timeline.ts'

const entry = (seq: number): TimelineEntry => {
  const at = new Date(seq).toISOString()
  return messageEntry({ id: `m${seq}`, room: 'r', seq, msg: 'x', type: 'text', user_id: 'u', created_at: at, modified_at: at })
}

describe('The timeline of a room', () => {
  it('has each seq once and in order for every mixture of pages of history and live messages', () => {
    const part = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 })
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const shown = parts.reduce<readonly TimelineEntry[]>((known, seqs) => merge(known, seqs.map(entry)), [])
        const expected = [...new Set(parts.flat())].sort((a, b) => a - b)
        expect(shown.map(({ seq }) => seq)).toEqual(expected)
      }),
    )
  })
})
