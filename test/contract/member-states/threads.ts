import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { operator } from '../../../shared/domain/commands.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, at, usersAdded } from '../stored-chat.ts'

/** A room with two threads of Ann; the first one has replies of Ann at the seqs 4, 5 and 6. */
const roomWithThreads = async ({ store }: OpenStore) => {
  const { ann, bob, room, act, post, remove } = await roomWithChanges(store)
  const [thread, other] = [randomUUID(), randomUUID()]
  const replies = Array.from({ length: 3 }, () => randomUUID())
  await act(post(ann, 'one', {}, thread), post(ann, 'two', {}, other))
  for (const id of replies) await act(post(ann, 'reply', { thread }, id))
  return { ann, bob, room, thread, other, replies, act, post, remove }
}

export const threadMarkerTests = (opened: () => OpenStore): void => {
  it('go back only by a greater generation, and count the replies after them that are not deleted', async () => {
    const store = opened()
    const { ann, bob, room, thread, replies, act, remove } = await roomWithThreads(store)
    const mark = async (gen: number, seq: number) =>
      (await store.memberStates.markThreads([{ room, user: bob, thread, read: { gen, seq } }]))[0]
    expect(await mark(0, 0)).toEqual({ read: { gen: 0, seq: 0 }, unread: 3, head: 6 })
    expect(await mark(0, 4)).toEqual({ read: { gen: 0, seq: 4 }, unread: 2, head: 6 })
    expect(await mark(0, 2)).toMatchObject({ read: { gen: 0, seq: 4 } })
    await act(remove(ann, replies[2] ?? ''))
    expect(await mark(1, 3)).toEqual({ read: { gen: 1, seq: 3 }, unread: 2, head: 7 })
    expect(await mark(0, 6)).toMatchObject({ read: { gen: 1, seq: 3 } })
    expect(await mark(1, 1_000)).toEqual({ read: { gen: 1, seq: 7 }, unread: 0, head: 7 })
  })

  it('are apart for each thread and member, and from that of the room', async () => {
    const store = opened()
    const { ann, bob, room, thread, other, act, post } = await roomWithThreads(store)
    await act(post(ann, 'reply', { thread: other }))
    const read = { gen: 0, seq: 5 }
    const found = await store.memberStates.markThreads([
      { room, user: bob, thread, read },
      { room, user: bob, thread: other, read },
      { room, user: ann, thread, read: { gen: 0, seq: 6 } },
    ])
    expect(found.map((markers) => markers?.unread)).toEqual([1, 1, 0])
    expect(await store.memberStates.mark([{ room, user: bob }])).toMatchObject([{ read: { gen: 0, seq: 0 }, unread: 6 }])
  })

  it('are part of the list of the thread, for those who have marked it', async () => {
    const store = opened()
    const { ann, bob, room, thread } = await roomWithThreads(store)
    await store.memberStates.markThreads([{ room, user: bob, thread, read: { gen: 0, seq: 5 } }])
    const listed = (reader: string, query: object) => store.readModel.messagesOf({ room, reader, limit: 2, ...query })
    const page = await listed(bob, { thread })
    expect(page).toMatchObject({ read: { gen: 0, seq: 5 }, messages: [{ seq: 5 }, { seq: 6 }] })
    expect(await listed(bob, { cursor: page?.nextCursor })).toMatchObject({ read: { gen: 0, seq: 5 }, messages: [{ seq: 4 }] })
    for (const without of [await listed(ann, { thread }), await listed(bob, {})]) expect(without).not.toHaveProperty('read')
  })

  it('of an erased member are gone', async () => {
    const store = opened()
    const { ann, bob, room, thread, act } = await roomWithThreads(store)
    await store.memberStates.markThreads([ann, bob].map((user) => ({ room, user, thread, read: { gen: 0, seq: 5 } })))
    const id = randomUUID()
    const erase = { v: 1, type: 'Erase', stream: room, id, digest: id, user: operator, at: at(900_000) } as const
    await act({ ...erase, body: { user: bob, from: 1, before: 7 } })
    await append(store.store, usersAdded(room, 8, [bob]))
    const listed = async (reader: string) => (await store.readModel.messagesOf({ room, reader, limit: 5, thread }))?.read
    expect([await listed(ann), await listed(bob)]).toEqual([{ gen: 0, seq: 5 }, undefined])
  })

  it('need a present member, and a message of the room that is not a reply', async () => {
    const store = opened()
    const { bob, room, thread, replies } = await roomWithThreads(store)
    const elsewhere = await roomWithThreads(store)
    const read = { gen: 0, seq: 1 }
    const found = await store.memberStates.markThreads([
      { room, user: randomUUID(), thread, read },
      { room, user: bob, thread: replies[0] ?? '', read },
      { room, user: bob, thread: elsewhere.thread, read },
      { room: randomUUID(), user: bob, thread, read },
    ])
    expect(found).toEqual([undefined, undefined, undefined, undefined])
    expect(await store.memberStates.markThreads([])).toEqual([])
  })
}
