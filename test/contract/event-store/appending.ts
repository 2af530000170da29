import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OpenStore } from '../stored-chat.ts'
import {
  append,
  appending,
  appendWritten,
  chatCreated,
  fillRoom,
  messagePosted,
  tryAppend,
  userCreated,
  withAppender,
  written,
} from '../stored-chat.ts'
import { allEvents, postAt, postToAll } from './asking.ts'

const rawText = '{"msg":"tab\\t \\"quoted\\" \\\\ é 😀 \u2028 \u0001",  "type" : "text","n":1.50}'
const rejection = { type: 'Rejected', code: 'forbidden', message: 'no' } as const
const refusedIn = (room: string) => ({ room, commandId: randomUUID(), digest: 'd', rejection })

export const appendingTests = (opened: () => OpenStore): void => {
  it('returns each event as appended, with its text unchanged', async () => {
    const { store } = opened()
    const [user, room] = [randomUUID(), randomUUID()]
    const created = chatCreated(room, [user])
    const posted = messagePosted(room, 2, user)
    await appendWritten(store, written(created), written(posted, rawText))
    expect(await allEvents(store, room)).toEqual([
      {
        v: 1,
        stream: room,
        seq: 1,
        type: 'ChatCreated',
        name: 'create-chat',
        membership: 'adds',
        data: JSON.stringify(created.body),
        commandId: room,
        digest: created.digest,
      },
      {
        v: 1,
        stream: room,
        seq: 2,
        type: 'MessagePosted',
        name: 'new-message',
        membership: 'none',
        data: rawText,
        commandId: posted.commandId,
        digest: posted.digest,
      },
    ])
  })

  it('is stale and stores nothing at an outdated head', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 1)
    const before = await allEvents(store, room)
    expect(await postAt(store, user, new Map([[room, 1]]))).toBe('stale')
    expect(await allEvents(store, room)).toEqual(before)
  })

  it.each([
    ['behind', 1],
    ['ahead of', 3],
    ['before the beginning of', 0],
  ])('is stale for a rejection alone at a head %s the head of its room', async (_where, head) => {
    const { store } = opened()
    const room = await fillRoom(store, [randomUUID()], 1)
    const refused = refusedIn(room)
    expect(await tryAppend(store, { heads: new Map([[room, head]]), rejections: [refused] })).toBe('stale')
    expect(await store.outcomes([{ room, id: refused.commandId, digest: 'd' }])).toEqual([undefined])
  })

  it('is stale at a head of a room that does not exist', async () => {
    const { store } = opened()
    const room = randomUUID()
    expect(await tryAppend(store, { heads: new Map([[room, 1]]), rejections: [refusedIn(room)] })).toBe('stale')
    expect(await tryAppend(store, { heads: new Map([[room, 0]]), rejections: [refusedIn(room)] })).toBe('appended')
  })

  it('is stale when any one of several rooms has another head', async () => {
    const { store } = opened()
    const user = randomUUID()
    const rooms = await Promise.all([1, 2, 3].map(() => fillRoom(store, [user], 0)))
    for (const late of rooms) {
      const heads = new Map(rooms.map((room) => [room, room === late ? 2 : 1]))
      expect(await postAt(store, user, heads)).toBe('stale')
    }
    expect(await postAt(store, user, new Map(rooms.map((room) => [room, 1])))).toBe('appended')
  })

  it('is stale for a second event under the same command id in a room, whatever its digest', async () => {
    const { store } = opened()
    const [user, id] = [randomUUID(), randomUUID()]
    const room = await fillRoom(store, [user], 0)
    await append(store, messagePosted(room, 2, user, { id }))
    for (const digest of [`digest of ${id}`, 'another']) {
      const again = { ...messagePosted(room, 3, user, { id }), digest }
      expect(await tryAppend(store, { events: [written(again)] })).toBe('stale')
    }
    expect(await allEvents(store, room)).toHaveLength(2)
  })

  it('accepts the same command id in another room', async () => {
    const { store } = opened()
    const [user, id] = [randomUUID(), randomUUID()]
    const rooms = [await fillRoom(store, [user], 0), await fillRoom(store, [user], 0)] as const
    await append(store, messagePosted(rooms[0], 2, user, { id }), messagePosted(rooms[1], 2, user, { id }))
    expect(await allEvents(store, rooms[1])).toHaveLength(2)
  })

  it('is stale for a second user with the same external id', async () => {
    const { store, readModel } = opened()
    const [first, second, external] = [randomUUID(), randomUUID(), `ext ${randomUUID()}`]
    await append(store, userCreated(first, external))
    expect(await tryAppend(store, { events: [written(userCreated(second, external))] })).toBe('stale')
    expect((await readModel.usersByExternalId([external])).get(external)?.id).toBe(first)
    expect(await allEvents(store, second)).toEqual([])
  })

  it('stores nothing when one event of the append violates a unique key', async () => {
    const { store, readModel } = opened()
    const [user, id] = [randomUUID(), randomUUID()]
    const [room, fresh] = [await fillRoom(store, [user], 0), randomUUID()]
    await append(store, messagePosted(room, 2, user, { id }))
    const refused = refusedIn(room)
    const events = [chatCreated(fresh, [user]), messagePosted(room, 3, user), messagePosted(room, 4, user, { id })]
    const all = { events: events.map((event) => written(event)), rejections: [refused] }
    expect(await tryAppend(store, all)).toBe('stale')
    expect(await allEvents(store, room)).toHaveLength(2)
    expect(await readModel.heads([room, fresh])).toEqual(new Map([[room, 2]]))
    expect(await store.outcomes([{ room, id: refused.commandId, digest: refused.digest }])).toEqual([undefined])
  })

  it('keeps working over the same connection after a stale append and after a refused record', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    await withAppender(store, async (appender) => {
      const post = (seq: number) => appender.append(appending({ events: [written(messagePosted(room, seq, user))] }))
      expect(await post(4)).toBe('stale')
      const bad = appending({ events: [written(chatCreated(randomUUID(), [user], { name: 'nul \0' }))] })
      await expect(appender.append(bad)).rejects.toMatchObject({ fault: 'record' })
      expect(await post(2)).toBe('appended')
      expect(await post(3)).toBe('appended')
    })
    expect(await allEvents(store, room)).toHaveLength(3)
  })

  it('accepts exactly one of two concurrent creations of a room', async () => {
    const { store } = opened()
    const room = randomUUID()
    const creations = ['one', 'two'].map((name) =>
      tryAppend(store, { events: [written(chatCreated(room, [randomUUID()], { name }))] }),
    )
    expect((await Promise.all(creations)).toSorted()).toEqual(['appended', 'stale'])
    expect(await allEvents(store, room)).toHaveLength(1)
  })

  it('accepts exactly one of many concurrent appends at one head', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    const results = await Promise.all(Array.from({ length: 8 }, () => postAt(store, user, new Map([[room, 1]]))))
    expect(results.filter((result) => result === 'appended')).toHaveLength(1)
    expect(await allEvents(store, room)).toHaveLength(2)
  })

  it('orders many concurrent appends to the same rooms without a gap or a deadlock', async () => {
    const { store } = opened()
    const user = randomUUID()
    const rooms = await Promise.all(Array.from({ length: 4 }, () => fillRoom(store, [user], 0)))
    const turns = Array.from({ length: 12 }, (_, turn) => (turn % 2 === 0 ? rooms : rooms.toReversed()))
    await Promise.all(turns.map((order) => postToAll(store, user, order)))
    for (const room of rooms) {
      const events = await allEvents(store, room)
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1))
    }
  })

  it('rejects every call after its connection is closed, and resolves `lost`', async () => {
    const { store } = opened()
    const appender = await store.openAppender()
    await appender.close()
    await appender.lost
    await expect(appender.append(appending({}))).rejects.toMatchObject({ fault: 'unavailable' })
    await appender.close()
  })
}
