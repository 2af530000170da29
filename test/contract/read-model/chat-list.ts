import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ChatListEntry, ReadModel } from '../../../shared/ports/read-model.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, at, chatCreated, fillRoom, messagePosted, usersAdded, usersRemoved } from '../stored-chat.ts'

/** The whole list, page by page. */
const pagesOf = async (readModel: ReadModel, user: string, limit: number): Promise<readonly (readonly ChatListEntry[])[]> => {
  const pages: (readonly ChatListEntry[])[] = []
  let cursor: string | undefined
  do {
    const page = await readModel.chatsOf({ user, limit, cursor })
    pages.push(page.chats)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return pages
}

const withSortedUsers = (chat: ChatListEntry | undefined) => chat && { ...chat, users: chat.users.toSorted() }

export const chatListTests = (opened: () => OpenStore): void => {
  it('is empty for a user without chats', async () => {
    const { readModel } = opened()
    expect(await readModel.chatsOf({ user: randomUUID(), limit: 10 })).toEqual({ chats: [] })
  })

  it('returns name, times, head and present members of a chat', async () => {
    const { store, readModel } = opened()
    const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(
      store,
      chatCreated(room, [ann, bob], { name: 'Räume "😀" \\', at: at(5) }),
      usersRemoved(room, 2, [bob], { at: at(6) }),
      usersAdded(room, 3, [cleo], { at: at(7) }),
      messagePosted(room, 4, ann, { at: at(8) }),
    )
    const { chats } = await readModel.chatsOf({ user: cleo, limit: 10 })
    const unread = { unread: 1, mentions: 0, read: { gen: 0, seq: 2 }, settings: {} }
    expect(chats.map(withSortedUsers)).toEqual([
      {
        id: room,
        name: 'Räume "😀" \\',
        users: [ann, cleo].toSorted(),
        created_at: at(5),
        modified_at: at(7),
        seq: 4,
        ...unread,
      },
    ])
  })

  it('has a modification time that only membership changes update', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = randomUUID()
    await append(store, chatCreated(room, [ann], { at: at(1) }))
    await append(store, messagePosted(room, 2, ann, { at: at(2) }), usersAdded(room, 3, [], { at: at(3) }))
    const [before] = (await readModel.chatsOf({ user: ann, limit: 1 })).chats
    expect(before?.modified_at).toBe(at(1))
    await append(store, usersAdded(room, 4, [randomUUID()], { at: at(4) }))
    const [after] = (await readModel.chatsOf({ user: ann, limit: 1 })).chats
    expect(after?.modified_at).toBe(at(4))
  })

  it('omits chats from which the user was removed', async () => {
    const { store, readModel } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob]), usersRemoved(room, 2, [bob]))
    expect((await readModel.chatsOf({ user: bob, limit: 10 })).chats).toEqual([])
    expect((await readModel.chatsOf({ user: ann, limit: 10 })).chats).toHaveLength(1)
  })

  it('begins with the most recently active chat', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const rooms = [randomUUID(), randomUUID(), randomUUID()] as const
    await append(store, ...rooms.map((room, index) => chatCreated(room, [ann], { at: at(index) })))
    await append(store, messagePosted(rooms[0], 2, ann, { at: at(50) }))
    const { chats } = await readModel.chatsOf({ user: ann, limit: 10 })
    expect(chats.map(({ id }) => id)).toEqual([rooms[0], rooms[2], rooms[1]])
  })

  it('returns every chat exactly once over all pages, even when many were active at the same instant', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const rooms = Array.from({ length: 11 }, () => randomUUID())
    await append(store, ...rooms.map((room, index) => chatCreated(room, [ann], { at: at(index < 7 ? 3 : index) })))
    const pages = await pagesOf(readModel, ann, 4)
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 3])
    const listed = pages.flat().map(({ id }) => id)
    expect(listed.toSorted()).toEqual(rooms.toSorted())
    expect(listed.slice(0, 4)).toEqual(rooms.slice(7).toReversed())
  })

  it('returns no cursor after a full last page', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    await append(store, chatCreated(randomUUID(), [ann]), chatCreated(randomUUID(), [ann]))
    expect(await pagesOf(readModel, ann, 2)).toHaveLength(1)
  })

  it('ends a page at 1 MiB', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const sessionCounts = [ann, ...Array.from({ length: 9_499 }, () => randomUUID())]
    const rooms = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    for (const room of rooms) await append(store, chatCreated(room, sessionCounts))
    const pages = await pagesOf(readModel, ann, 50)
    expect(
      pages
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(rooms.toSorted())
    for (const page of pages) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(1024 * 1024)
    expect(pages.flat().every(({ users }) => users.length === sessionCounts.length)).toBe(true)
  }, 60_000)

  it('refuses a cursor of another list, and a malformed one', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 3)
    const ofMessages = (await readModel.messagesOf({ room, reader: ann, limit: 1 }))?.nextCursor
    expect(ofMessages).toEqual(expect.any(String))
    const foreign = ['', 'x', '!?', 'eyJhIjoxfQ', 'bnVsbA', 'W10', ofMessages]
    for (const cursor of foreign) {
      await expect(readModel.chatsOf({ user: ann, limit: 5, cursor })).rejects.toBeInstanceOf(CursorError)
    }
  })
}
