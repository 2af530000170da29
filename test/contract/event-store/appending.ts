import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Loaded } from '../../../shared/ports/event-store.ts'
import type { OpenStore } from '../stored-chat.ts'
import {
  append,
  appendWritten,
  chatCreated,
  fillRoom,
  messagePosted,
  nothing,
  touching,
  userCreated,
  written,
} from '../stored-chat.ts'
import { allEvents, clash, post } from './asking.ts'

const rawText = '{"msg":"tab\\t \\"quoted\\" \\\\ é 😀 \u2028 \u0001",  "type" : "text","n":1.50}'

export const appendingTests = (opened: () => OpenStore): void => {
  it('gives back each event as it was appended, its text to the byte', async () => {
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
        data: JSON.stringify(created.body),
        commandId: room,
        digest: created.digest,
      },
      { v: 1, stream: room, seq: 2, type: 'MessagePosted', data: rawText, commandId: posted.commandId, digest: posted.digest },
    ])
  })

  it('refuses a second event at the same seq and keeps the first', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 1)
    const before = await allEvents(store, room)
    await expect(append(store, messagePosted(room, 2, user))).rejects.toMatchObject(clash)
    expect(await allEvents(store, room)).toEqual(before)
  })

  it('refuses a second event under the same command id in a room', async () => {
    const { store } = opened()
    const [user, id] = [randomUUID(), randomUUID()]
    const room = await fillRoom(store, [user], 0)
    await append(store, messagePosted(room, 2, user, { id }))
    await expect(append(store, messagePosted(room, 3, user, { id }))).rejects.toMatchObject(clash)
    expect(await allEvents(store, room)).toHaveLength(2)
  })

  it('takes the same command id in another room', async () => {
    const { store } = opened()
    const [user, id] = [randomUUID(), randomUUID()]
    const rooms = [await fillRoom(store, [user], 0), await fillRoom(store, [user], 0)] as const
    await append(store, messagePosted(rooms[0], 2, user, { id }), messagePosted(rooms[1], 2, user, { id }))
    expect(await allEvents(store, rooms[1])).toHaveLength(2)
  })

  it('refuses a second user with the same external id', async () => {
    const { store, readModel } = opened()
    const [first, second, external] = [randomUUID(), randomUUID(), `ext ${randomUUID()}`]
    await append(store, userCreated(first, external))
    await expect(append(store, userCreated(second, external))).rejects.toMatchObject(clash)
    expect((await readModel.usersByExternalId([external])).get(external)?.id).toBe(first)
    expect(await allEvents(store, second)).toEqual([])
  })

  it('stores nothing of a batch in which one event clashes', async () => {
    const { store, readModel } = opened()
    const user = randomUUID()
    const [room, fresh] = [await fillRoom(store, [user], 1), randomUUID()]
    const rejection = { type: 'Rejected', code: 'forbidden', message: 'no' } as const
    const refused = { room, commandId: randomUUID(), digest: 'd', rejection }
    const events = [chatCreated(fresh, [user]), messagePosted(room, 3, user), messagePosted(room, 2, user)]
    const attempt = store.transact(touching({ rooms: [room, fresh] }), () => ({
      events: events.map((event) => written(event)),
      rejections: [refused],
    }))
    await expect(attempt).rejects.toMatchObject(clash)
    expect(await allEvents(store, room)).toHaveLength(2)
    expect(await readModel.heads([room, fresh])).toEqual(new Map([[room, 2]]))
    expect(await store.outcomes([{ room, id: refused.commandId, digest: 'd' }])).toEqual([undefined])
  })

  it('lets out what decide throws, as it is, and stores nothing', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    const thrown = new TypeError('decide fails')
    const attempt = store.transact(touching({ rooms: [room] }), () => {
      throw thrown
    })
    await expect(attempt).rejects.toBe(thrown)
    await append(store, messagePosted(room, 2, user))
    expect(await allEvents(store, room)).toHaveLength(2)
  })

  it('writes nothing when nothing is decided', async () => {
    const { store, readModel } = opened()
    const room = await fillRoom(store, [randomUUID()], 1)
    let calls = 0
    await store.transact(touching({ rooms: [room] }), () => {
      calls += 1
      return nothing
    })
    expect(calls).toBe(1)
    expect(await readModel.heads([room])).toEqual(new Map([[room, 2]]))
  })

  it('lets one of two concurrent creations of a room win', async () => {
    const { store } = opened()
    const room = randomUUID()
    const creations = ['one', 'two'].map((name) => append(store, chatCreated(room, [randomUUID()], { name })))
    const settled = await Promise.allSettled(creations)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({ reason: clash })
    expect(await allEvents(store, room)).toHaveLength(1)
  })

  it('shows each of many concurrent transactions what the ones before it stored', async () => {
    const { store } = opened()
    const user = randomUUID()
    const rooms = await Promise.all(Array.from({ length: 4 }, () => fillRoom(store, [user], 0)))
    const turns = Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? rooms : rooms.toReversed()))
    await Promise.all(
      turns.map((order) => store.transact(touching({ rooms: order }), (loaded) => postToAll(order, user, loaded))),
    )
    for (const room of rooms) {
      const events = await allEvents(store, room)
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
    }
  })
}

const postToAll = (rooms: readonly string[], user: string, loaded: Loaded) => ({
  events: rooms.map((room) => post(room, user, loaded)),
  rejections: [],
})
