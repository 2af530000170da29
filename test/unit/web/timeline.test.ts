import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { membersEntry, timelineOf } from '../../../services/web/src/model/timeline.ts'
import type { MembersChange, RoomMessage } from '../../../shared/client/chat-events.ts'

const created_at = new Date(0).toISOString()

const message = (seq: number): RoomMessage => ({
  id: `m${seq}`,
  room: 'r',
  seq,
  msg: 'x',
  type: 'text',
  user_id: 'u',
  created_at,
  modified_at: created_at,
})

const change = (seq: number): MembersChange => ({
  id: `c${seq}`,
  room: 'r',
  seq,
  change: 'added',
  chat: { id: 'r', name: '' },
  users: ['v'],
  user_id: 'u',
  created_at,
})

describe('The timeline of a room', () => {
  it('has each message and each change of members once, in the order of their seqs', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (kinds) => {
        const seqs = kinds.map((_, index) => index + 1)
        const messages = seqs.filter((seq) => kinds[seq - 1]).map(message)
        const changes = seqs.filter((seq) => !kinds[seq - 1]).map((seq) => membersEntry(change(seq)))
        expect(timelineOf(messages, changes).map(({ seq }) => seq)).toEqual(seqs)
      }),
    )
  })

  it('returns the same entry for a message that has not changed', () => {
    const held = message(1)
    const [before] = timelineOf([held], [])
    const [after] = timelineOf([held, message(2)], [])
    expect(after).toBe(before)
  })
})
