import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { CursorError } from '../../../shared/ports/read-model.ts'
import type { OpenStore } from '../stored-chat.ts'
import {
  append,
  appendWritten,
  at,
  chatCreated,
  fillRoom,
  messagePosted,
  usersAdded,
  usersRemoved,
  written,
} from '../stored-chat.ts'
import { list, seqsOf, walk } from './listing.ts'

export const messageListTests = (opened: () => OpenStore): void => {
  it('returns each message as stored, unchanged', async () => {
    const { store, readModel } = opened()
    const [ann, room] = [randomUUID(), randomUUID()]
    const text = '{"msg" : "é 😀 \\" \\\\ \u2028", "n":1.50}'
    await appendWritten(store, written(chatCreated(room, [ann])), written(messagePosted(room, 2, ann), text))
    expect(await list(readModel, room, ann)).toEqual({ messages: [{ seq: 2, data: text }], asOf: 2 })
  })

  it('returns only messages, and only of the room', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 1)
    await fillRoom(store, [ann], 5)
    await append(store, usersAdded(room, 3, [randomUUID()]), messagePosted(room, 4, ann), usersRemoved(room, 5, []))
    expect(seqsOf(await list(readModel, room, ann))).toEqual([2, 4])
  })

  it('is empty for a room without messages', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 0)
    expect(await list(readModel, room, ann)).toEqual({ messages: [], asOf: 1 })
  })

  it('returns messages only to present members', async () => {
    const { store, readModel } = opened()
    const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
    const room = await fillRoom(store, [ann, bob], 1)
    await append(store, usersRemoved(room, 3, [bob]))
    expect(await readModel.messagesOf({ room, reader: bob, limit: 5 })).toBeUndefined()
    expect(await readModel.messagesOf({ room, reader: cleo, limit: 5 })).toBeUndefined()
    expect(await readModel.messagesOf({ room: randomUUID(), reader: ann, limit: 5 })).toBeUndefined()
  })

  it('returns earlier messages to a new member', async () => {
    const { store, readModel } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = await fillRoom(store, [ann], 2)
    await append(store, usersAdded(room, 4, [bob]))
    expect(seqsOf(await list(readModel, room, bob))).toEqual([2, 3])
  })

  it('returns the newest messages without a range, ascending, with a cursor to older ones', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 7)
    expect(await walk(readModel, room, ann, { limit: 3 })).toEqual([[6, 7, 8], [3, 4, 5], [2]])
  })

  it('returns no cursor after a full last page', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 6)
    expect(await walk(readModel, room, ann, { limit: 3 })).toEqual([
      [5, 6, 7],
      [2, 3, 4],
    ])
    expect(await walk(readModel, room, ann, { limit: 3, after: 0 })).toEqual([
      [2, 3, 4],
      [5, 6, 7],
    ])
  })

  it('keeps its position during concurrent writes', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 4)
    const { nextCursor } = await list(readModel, room, ann, { limit: 2 })
    await append(store, messagePosted(room, 6, ann), messagePosted(room, 7, ann))
    expect(seqsOf(await list(readModel, room, ann, { limit: 2, cursor: nextCursor }))).toEqual([2, 3])
  })

  it('ends a page at 1 MiB in both directions, but never returns an empty one', async () => {
    const { store, readModel } = opened()
    const [ann, room] = [randomUUID(), randomUUID()]
    const sizes = [400_000, 400_000, 400_000, 1_500_000, 10]
    const heavy = sizes.map((size, index) => messagePosted(room, index + 2, ann, { msg: 'x'.repeat(size) }))
    await append(store, chatCreated(room, [ann]), ...heavy)
    expect(await walk(readModel, room, ann, {})).toEqual([[6], [5], [3, 4], [2]])
    expect(await walk(readModel, room, ann, { after: 0 })).toEqual([[2, 3], [4], [5], [6]])
  })

  it('refuses a cursor of another list, and a malformed one', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 1)
    await append(store, chatCreated(randomUUID(), [ann], { at: at(9) }))
    const ofChats = (await readModel.chatsOf({ user: ann, limit: 1 })).nextCursor
    expect(ofChats).toEqual(expect.any(String))
    for (const cursor of ['', 'x', '!?', 'eyJhIjoxfQ', 'bnVsbA', 'W10', ofChats]) {
      await expect(readModel.messagesOf({ room, reader: ann, limit: 5, cursor })).rejects.toBeInstanceOf(CursorError)
    }
  })
}
