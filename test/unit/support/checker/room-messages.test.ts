import { describe, expect, it } from 'vitest'
import { createRoomMessages } from '../../../support/checker/room-messages.ts'

describe('The fold of the events of a room', () => {
  it('lists messages only, and finds the one that follows a seq', () => {
    const messages = createRoomMessages()
    for (const [seq, event] of (['create-chat', 'new-message', 'add-users', 'new-message'] as const).entries())
      messages.fold(event, seq + 1, 100 + seq)
    expect(messages.count).toBe(2)
    expect([1, 2, 3, 4, 5].map(messages.listedCrc)).toEqual([undefined, 101, undefined, 103, undefined])
    expect([0, 1, 2, 3, 4].map(messages.next)).toEqual([2, 2, 4, 4, undefined])
  })
})
