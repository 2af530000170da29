import { describe, expect, it } from 'vitest'
import { createReceipts } from '../../../services/web/src/model/receipts.ts'
import { receiptText, stageOf } from '../../../services/web/src/ui/receipt-text.ts'
import type { ListedMember } from '../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import type { ChatEvents } from '../../../shared/client/chat-events.ts'

const me = { id: 'me', externalUserId: 'me', created_at: '', modified_at: '' }
const member = (user_id: string, read: number, more: Partial<ListedMember> = {}): ListedMember => ({
  ...{ user_id, since: 1, read: { seq: read, gen: 0 } },
  ...more,
})

/** The receipts of a room of the own user and these members. */
const receiptsOf = async (...members: readonly ListedMember[]) => {
  const listeners = new Map<string, (event: never) => void>()
  const client = {
    user: me,
    async *listMembers() {
      yield* [member('me', 9), ...members]
    },
    on: (name: string, listener: (event: never) => void) => {
      listeners.set(name, listener)
      return () => undefined
    },
  } as Pick<ChatClient, 'listMembers' | 'on' | 'user'>
  const receipts = createReceipts({ room: 'r', client, people: { request: () => undefined } })
  receipts.follow()
  await expect.poll(() => receipts.of(99).of).toBe(members.filter(({ read }) => read !== undefined).length)
  const read = (event: Omit<ChatEvents['read'], 'room'>, room = 'r') => listeners.get('read')?.({ room, ...event } as never)
  return { of: (seq: number) => receiptText(receipts.of(seq)), stage: (seq: number) => stageOf(receipts.of(seq)), read }
}

describe('The receipts of a message on the page', () => {
  it('say in a chat of two whether the other user has received and read it', async () => {
    const { of, stage } = await receiptsOf(member('bob', 3, { delivered: 5 }))
    expect([3, 5, 6].map(of)).toEqual(['Read', 'Delivered', 'Sent'])
    expect([3, 5, 6].map(stage)).toEqual(['read', 'delivered', 'sent'])
  })

  it('count the members of a group, and show a stage only if all have reached it', async () => {
    const { of, stage } = await receiptsOf(
      member('bob', 6),
      member('cyd', 3, { delivered: 6 }),
      member('dan', 3, { delivered: 4 }),
    )
    expect([3, 4, 6, 7].map(of)).toEqual(['Read by all', 'Read by 1 of 3', 'Read by 1 of 3', 'Sent'])
    expect([3, 4, 6, 7].map(stage)).toEqual(['read', 'delivered', 'sent', 'sent'])
  })

  it('do not count members who joined after the message', async () => {
    const { of } = await receiptsOf(member('bob', 3), member('new', 8, { since: 8 }))
    expect([3, 4].map(of)).toEqual(['Read', 'Sent'])
  })

  it('follow the markers of others, also back, but not those of another room', async () => {
    const { of, read } = await receiptsOf(member('bob', 3))
    read({ user_id: 'bob', seq: 3, gen: 0, delivered: 6 })
    expect(of(6)).toBe('Delivered')
    read({ user_id: 'bob', seq: 6, gen: 0 }, 'other')
    expect(of(6)).toBe('Delivered')
    read({ user_id: 'bob', seq: 6, gen: 0 })
    expect(of(6)).toBe('Read')
    read({ user_id: 'bob', seq: 4, gen: 1 })
    expect(of(6)).toBe('Delivered')
    read({ user_id: 'bob', seq: 6, gen: 0 })
    expect(of(6)).toBe('Delivered')
  })

  it('show that a message was sent if the service lists no markers', async () => {
    const { of } = await receiptsOf({ user_id: 'bob', since: 1 })
    expect(of(3)).toBe('Sent')
  })
})
