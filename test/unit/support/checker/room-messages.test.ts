import { describe, expect, it } from 'vitest'
import { listedCrcOf } from '../../../support/checker/listed-parts.ts'
import { createRoomMessages } from '../../../support/checker/room-messages.ts'

describe('The messages of a room', () => {
  it('are listed at their seqs, and the one that follows a seq is found', () => {
    const messages = createRoomMessages()
    messages.post(2, 101)
    messages.post(4, 103)
    expect(messages.count).toBe(2)
    expect([1, 2, 3, 4, 5].map((seq) => messages.listedCrc(seq))).toEqual([undefined, 101, undefined, 103, undefined])
    expect([0, 1, 2, 3, 4].map(messages.next)).toEqual([2, 2, 4, 4, undefined])
  })

  it('have the newest content as of the point of the list', () => {
    const messages = createRoomMessages()
    messages.post(2, 101)
    messages.change(2, { seq: 4, kind: 'content', crc: 104, isDeletion: false })
    messages.change(2, { seq: 6, kind: 'content', crc: 106, isDeletion: true })
    expect([1, 3, 4, 5, 6, undefined].map((asOf) => messages.listedCrc(2, { asOf }))).toEqual([
      undefined,
      101,
      104,
      104,
      106,
      106,
    ])
    expect(messages.deletedAt(2)).toBe(6)
  })

  it('count the users of each reaction, the replies and the pin, until the message is deleted', () => {
    const messages = createRoomMessages()
    messages.post(2, 101)
    messages.change(2, { seq: 3, kind: 'reaction', user: 1, reaction: 'a', on: true })
    messages.change(2, { seq: 4, kind: 'reaction', user: 2, reaction: 'a', on: true })
    messages.change(2, { seq: 5, kind: 'reaction', user: 1, reaction: 'a', on: false })
    messages.change(2, { seq: 6, kind: 'reply', added: 1 })
    messages.change(2, { seq: 7, kind: 'pin', on: true })
    const replies = { count: 1, last_seq: 6 }
    expect(messages.reacted(2, 'a')).toBe(1)
    expect(messages.listedCrc(2, { asOf: 4 })).toBe(listedCrcOf(101, { reactions: { a: 2 } }))
    expect(messages.listedCrc(2, { user: 1 })).toBe(listedCrcOf(101, { reactions: { a: 1 }, replies, pinned: true }))
    expect(messages.listedCrc(2, { user: 2 })).toBe(
      listedCrcOf(101, { reactions: { a: 1 }, my_reactions: ['a'], replies, pinned: true }),
    )
    messages.change(2, { seq: 8, kind: 'reply', added: -1 })
    messages.change(2, { seq: 9, kind: 'content', crc: 109, isDeletion: true })
    expect(messages.listedCrc(2, { user: 2 })).toBe(listedCrcOf(109, { replies: { count: 0, last_seq: 6 } }))
  })
})
