import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { EventStore, Page } from '../../../shared/ports/event-store.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, fillRoom, messagePosted, usersAdded, usersRemoved } from '../stored-chat.ts'
import { pageOf, postToAll } from './asking.ts'

const pageBytes = 1024 * 1024
const seqsOf = (page: Page | undefined): readonly number[] | undefined => page?.events.map(({ seq }) => seq)
const bytesOf = (page: Page): number => page.events.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0)

const fillHeavyRoom = async (store: EventStore, sizes: readonly number[]): Promise<string> => {
  const [user, room] = [randomUUID(), randomUUID()]
  const heavy = sizes.map((size, index) => messagePosted(room, index + 2, user, { msg: 'x'.repeat(size) }))
  await append(store, chatCreated(room, [user]), ...heavy)
  return room
}

export const pageTests = (opened: () => OpenStore): void => {
  it('returns the events after a seq, up to the limit, with the head', async () => {
    const { store } = opened()
    const room = await fillRoom(store, [randomUUID()], 9)
    const page = await pageOf(store, room, 3, 4)
    expect(seqsOf(page)).toEqual([4, 5, 6, 7])
    expect(page.head).toBe(10)
  })

  it('returns no event after the head, or in a room that does not exist', async () => {
    const { store } = opened()
    const [room, absent] = [await fillRoom(store, [randomUUID()], 1), randomUUID()]
    const pages = await store.readPages([
      { room, after: 2, limit: 10, users: [] },
      { room, after: 99, limit: 10, users: [] },
      { room: absent, after: 0, limit: 10, users: [randomUUID()] },
    ])
    expect(pages).toEqual([
      { events: [], head: 2, members: new Map() },
      { events: [], head: 2, members: new Map() },
      { events: [], head: 0, members: new Map() },
    ])
  })

  it('answers many requests in order, including several for the same room', async () => {
    const { store } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const [first, second] = [await fillRoom(store, [ann], 4), await fillRoom(store, [bob], 2)]
    const pages = await store.readPages([
      { room: second, after: 1, limit: 5, users: [ann, bob] },
      { room: first, after: 0, limit: 2, users: [] },
      { room: randomUUID(), after: 0, limit: 5, users: [ann] },
      { room: first, after: 3, limit: 5, users: [ann] },
    ])
    expect(pages.map(seqsOf)).toEqual([[2, 3], [1, 2], [], [4, 5]])
    expect(pages.map(({ head }) => head)).toEqual([3, 5, 0, 5])
    expect(pages.map(({ members }) => [...members.keys()])).toEqual([[bob], [], [], [ann]])
  })

  it('returns the span of each membership, present or past', async () => {
    const { store } = opened()
    const [ann, bob, cleo, dan] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    const room = randomUUID()
    const users = [ann, bob, cleo, dan]
    await append(store, chatCreated(room, [ann, bob]), usersAdded(room, 2, [cleo]), usersRemoved(room, 3, [bob]))
    const before = await pageOf(store, room, 3, 10, users)
    expect(before.members).toEqual(
      new Map([
        [ann, { since: 0 }],
        [bob, { since: 0, until: 3 }],
        [cleo, { since: 1 }],
      ]),
    )
    await append(store, usersAdded(room, 4, [bob]))
    await append(store, usersRemoved(room, 5, [cleo]))
    const after = await pageOf(store, room, 3, 10, users)
    expect(after.members).toEqual(
      new Map([
        [ann, { since: 0 }],
        [bob, { since: 3 }],
        [cleo, { since: 1, until: 5 }],
      ]),
    )
  })

  it('returns the new membership of a user who was removed and added again in one transaction', async () => {
    const { store } = opened()
    const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(
      store,
      chatCreated(room, [ann, bob]),
      usersRemoved(room, 2, [bob]),
      usersAdded(room, 3, [bob, cleo]),
      usersRemoved(room, 4, [cleo]),
    )
    const { members } = await pageOf(store, room, 0, 10, [bob, cleo])
    expect(members).toEqual(
      new Map([
        [bob, { since: 2 }],
        [cleo, { since: 2, until: 4 }],
      ]),
    )
  })

  it('ends a page at 1 MiB, and continues there without a gap', async () => {
    const { store } = opened()
    const room = await fillHeavyRoom(store, [300_000, 300_000, 300_000, 300_000, 300_000])
    const first = await pageOf(store, room)
    const second = await pageOf(store, room, first.events.length)
    expect(bytesOf(first)).toBeLessThanOrEqual(pageBytes)
    expect(seqsOf(first)).toEqual([1, 2, 3, 4])
    expect(seqsOf(second)).toEqual([5, 6])
  })

  it('limits a page by bytes, not by characters', async () => {
    const { store } = opened()
    const [user, room] = [randomUUID(), randomUUID()]
    const heavy = [2, 3, 4].map((seq) => messagePosted(room, seq, user, { msg: '😀'.repeat(100_000) }))
    await append(store, chatCreated(room, [user]), ...heavy)
    expect(seqsOf(await pageOf(store, room))).toEqual([1, 2, 3])
  })

  it('returns an event that is larger than a page alone, never an empty page', async () => {
    const { store } = opened()
    const room = await fillHeavyRoom(store, [1_500_000, 10])
    expect(seqsOf(await pageOf(store, room))).toEqual([1])
    expect(seqsOf(await pageOf(store, room, 1))).toEqual([2])
    expect(seqsOf(await pageOf(store, room, 2))).toEqual([3])
  })

  it('reads events, head and memberships from one snapshot during concurrent writes', async () => {
    const { store } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = await fillRoom(store, [ann], 0)
    const writing = { done: false }
    const writer = (async () => {
      for (let turn = 0; turn < 30; turn += 1) {
        await postToAll(store, ann, [room])
        const seq = (await pageOf(store, room)).head + 1
        await append(store, turn % 2 === 0 ? usersAdded(room, seq, [bob]) : usersRemoved(room, seq, [bob]))
      }
    })().finally(() => {
      writing.done = true
    })
    const pages: Page[] = []
    while (!writing.done) pages.push(await pageOf(store, room, 0, 1_000, [bob]))
    await writer
    expect(pages.filter((page) => page.events.length !== page.head)).toEqual([])
    expect(pages.filter((page) => !saysWhatItsEventsSay(page, bob))).toEqual([])
  })
}

const saysWhatItsEventsSay = (page: Page, user: string): boolean => {
  const last = page.events.findLast(({ type }) => type === 'UsersAdded' || type === 'UsersRemoved')
  const span = page.members.get(user)
  if (last === undefined) return span === undefined
  return last.type === 'UsersAdded' ? span?.since === last.seq - 1 && span.until === undefined : span?.until === last.seq
}
