import { describe, expect, it } from 'vitest'
import { isNotified } from '../../../../services/relay/push/is-notified.ts'

const message = { seq: 10, author: 'ann', mentioned: ['dan'] }
const bob = { user: 'bob', since: 0, readUpTo: 9, isMuted: false }

describe('A member of a chat', () => {
  it.each([
    ['is notified of a message that it has not read', bob, true],
    ['is not notified of its own message', { ...bob, user: 'ann' }, false],
    ['is not notified of a message that it has read', { ...bob, readUpTo: 10 }, false],
    ['is not notified of a message that is older than its membership', { ...bob, since: 10, readUpTo: 10 }, false],
    ['is not notified of a message in the event that made it a member', { ...bob, since: 10 }, false],
    ['is not notified in a chat that it has muted', { ...bob, isMuted: true }, false],
    ['is notified in a chat that it has muted, if the message mentions it by name', { ...bob, user: 'dan', isMuted: true }, true],
    ['is not notified of a mention that it has read', { ...bob, user: 'dan', readUpTo: 12 }, false],
  ])('%s', (_title, member, expected) => {
    expect(isNotified(message, member)).toBe(expected)
  })

  it('is not notified of its own message even if it mentions itself', () => {
    expect(isNotified({ ...message, mentioned: ['ann'] }, { ...bob, user: 'ann' })).toBe(false)
  })
})
