import { describe, expect, it } from 'vitest'
import { createSharedPages } from '../../../../services/gateway/reads/shared-pages.ts'
import type { MembershipSpan, Page, PageRequest } from '../../../../shared/ports/event-store.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'

/** A store whose statements the test ends. Every room has one event, and every user is a member. */
const rig = () => {
  const statements: { readonly requests: readonly PageRequest[]; readonly end: (error?: Error) => void }[] = []
  const readPages = async (requests: readonly PageRequest[]): Promise<readonly Page[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    statements.push({ requests, end: (error) => (error === undefined ? resolve() : reject(error)) })
    await promise
    return requests.map(({ room, after, users }) => ({
      head: after + 1,
      events: [
        {
          v: 1,
          stream: room,
          seq: after + 1,
          type: 'MessagePosted',
          name: 'new-message',
          membership: 'none',
          data: '{"id":"m"}',
          commandId: 'm',
          digest: 'd',
        },
      ],
      members: new Map(users.map((user, index): [string, MembershipSpan] => [user, { since: index }])),
    }))
  }
  const page = createSharedPages({ readPages }, { answerBytes: 300, pageBytes: 100, pageEvents: 50, pagesPerSession: 2 })
  const end = async (error?: Error): Promise<void> => {
    statements.at(-1)?.end(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { page, statements, end }
}

describe('Pages', () => {
  it('of one place are read once for all waiting requests, which share the items', async () => {
    const { page, statements, end } = rig()
    void page({ room: 'busy', after: 0 })
    const [ann, bob, repair] = [
      page({ room: 'r', after: 4, user: 'ann' }),
      page({ room: 'r', after: 4, user: 'bob' }),
      page({ room: 'r', after: 4 }),
    ]
    void page({ room: 'r', after: 5, user: 'ann' })
    await end()
    expect(statements[1]?.requests).toEqual([
      { room: 'r', after: 4, limit: 50, users: ['ann', 'bob'] },
      { room: 'r', after: 5, limit: 50, users: ['ann'] },
    ])
    await end()
    expect((await ann).items).toBe((await bob).items)
    expect([(await ann).span, (await bob).span, (await repair).span]).toEqual([{ since: 0 }, { since: 1 }, undefined])
    expect((await ann).items.map(({ seq, frame }) => [seq, frame])).toEqual([
      [5, '{"event":"new-message","room":"r","seq":5,"body":{"id":"m"}}'],
    ])
  })

  it('are read after the request for them', async () => {
    const { page, statements, end } = rig()
    void page({ room: 'r', after: 4, user: 'ann' })
    void page({ room: 'r', after: 4, user: 'bob' })
    await end()
    void page({ room: 'r', after: 4, user: 'cyd' })
    await end()
    expect(statements.map(({ requests }) => requests.map(({ users }) => users))).toEqual([[['ann']], [['bob']], [['cyd']]])
  })

  it('are read in statements of no more pages than the answer budget holds', async () => {
    const { page, statements, end } = rig()
    for (let room = 0; room < 6; room += 1) void page({ room: `r${room}`, after: 0 })
    for (let turn = 0; turn < 3; turn += 1) await end()
    expect(statements.map(({ requests }) => requests.length)).toEqual([1, 3, 2])
  })

  it('of one user are read a few at a time, and pages of other users do not wait for them', async () => {
    const { page, statements, end } = rig()
    void page({ room: 'busy', after: 0 })
    for (let room = 0; room < 6; room += 1) void page({ room: `r${room}`, after: 0, user: 'ann' })
    void page({ room: 'other', after: 0, user: 'bob' })
    await end()
    expect(statements[1]?.requests.map(({ room }) => room)).toEqual(['r0', 'r1', 'other'])
    await end()
    expect(statements[2]?.requests.map(({ users }) => users)).toEqual([['ann']])
    for (let turn = 0; turn < 5; turn += 1) await end()
    expect(statements.flatMap(({ requests }) => requests).length).toBe(8)
  })

  it('that could not be read reject the requests that waited for them, and no others', async () => {
    const { page, end } = rig()
    void page({ room: 'busy', after: 0 })
    const both = [page({ room: 'r', after: 4, user: 'ann' }), page({ room: 'r', after: 4, user: 'bob' })]
    await end()
    const settled = Promise.allSettled(both)
    await end(new StoreError('unavailable', 'away'))
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const later = page({ room: 'r', after: 4, user: 'ann' })
    await end()
    expect((await later).head).toBe(5)
  })
})
