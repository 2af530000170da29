import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OpenStore } from '../stored-chat.ts'
import {
  append,
  at,
  chatCreated,
  fillRoom,
  messagePosted,
  reading,
  userCreated,
  usersAdded,
  usersRemoved,
  withAppender,
} from '../stored-chat.ts'
import { load } from './asking.ts'

export const loadingTests = (opened: () => OpenStore): void => {
  it('returns nothing for rooms, users and commands that do not exist', async () => {
    const { store } = opened()
    const [room, user, id] = [randomUUID(), randomUUID(), randomUUID()]
    const loaded = await load(store, {
      rooms: [room],
      commands: [{ room, id, digest: 'd' }],
      members: [{ room, user }],
      users: [user],
      externalIds: [`ext ${user}`],
    })
    expect(loaded.chats.size).toBe(0)
    expect(loaded.knownUsers.size).toBe(0)
    expect(loaded.users.size).toBe(0)
    expect(loaded.outcomes.size).toBe(0)
  })

  it('loads the state of a room that results from its events', async () => {
    const { store } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob], { name: 'Räume 😀' }), messagePosted(room, 2, bob, { at: at(77) }))
    const { chats } = await load(store, { rooms: [room, room], members: [{ room, user: ann }] })
    expect(chats.size).toBe(1)
    expect(chats.get(room)).toMatchObject({ seq: 2, lastAt: at(77), name: 'Räume 😀', createdBy: ann, memberCount: 2 })
    expect(chats.get(room)?.members).toEqual(new Set([ann]))
  })

  it('distinguishes present members from users who never joined, have left, or have returned', async () => {
    const { store } = opened()
    const [ann, bob, cleo, dan] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob, cleo]))
    await append(store, usersRemoved(room, 2, [bob, cleo]))
    await append(store, usersAdded(room, 3, [cleo]))
    const members = [ann, bob, cleo, dan, ann].map((user) => ({ room, user }))
    const { chats } = await load(store, { rooms: [room], members })
    expect(chats.get(room)?.members).toEqual(new Set([ann, cleo]))
    expect(chats.get(room)?.memberCount).toBe(2)
  })

  it('counts members through additions and removals of one transaction', async () => {
    const { store } = opened()
    const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(
      store,
      chatCreated(room, [ann]),
      usersAdded(room, 2, [bob, cleo]),
      usersRemoved(room, 3, [ann, bob]),
      usersAdded(room, 4, [bob]),
      usersAdded(room, 5, []),
    )
    const { chats } = await load(store, { rooms: [room], members: [ann, bob, cleo].map((user) => ({ room, user })) })
    expect(chats.get(room)).toMatchObject({ seq: 5, memberCount: 2 })
    expect(chats.get(room)?.members).toEqual(new Set([bob, cleo]))
  })

  it('keeps the answers about different rooms apart', async () => {
    const { store } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const [first, second] = [await fillRoom(store, [ann], 0), await fillRoom(store, [bob], 3)]
    const members = [first, second].flatMap((room) => [ann, bob].map((user) => ({ room, user })))
    const { chats } = await load(store, { rooms: [second, first], members })
    expect(chats.get(first)).toMatchObject({ seq: 1, members: new Set([ann]) })
    expect(chats.get(second)).toMatchObject({ seq: 4, members: new Set([bob]) })
  })

  it('finds users by id and by any external id', async () => {
    const { store } = opened()
    const [named, unnamed, absent] = [randomUUID(), randomUUID(), randomUUID()]
    const [odd, plain] = [`o'ne "two" \\ {3},😀 \n${named}`, `ext ${unnamed}`]
    await append(store, userCreated(named, odd, 'Ann "A" \\ NULL'), userCreated(unnamed, plain))
    const loaded = await load(store, { users: [named, absent, unnamed], externalIds: [odd, plain, `ext ${absent}`] })
    expect(loaded.knownUsers).toEqual(new Set([named, unnamed]))
    const times = { created_at: at(0), modified_at: at(0) }
    expect(loaded.users).toEqual(
      new Map([
        [odd, { id: named, externalUserId: odd, name: 'Ann "A" \\ NULL', ...times }],
        [plain, { id: unnamed, externalUserId: plain, ...times }],
      ]),
    )
  })

  it('counts the present chats of a user up to the requested limit', async () => {
    const { store } = opened()
    const [ann, bob, nobody] = [randomUUID(), randomUUID(), randomUUID()]
    const rooms = [await fillRoom(store, [ann, bob], 0), await fillRoom(store, [ann], 0), await fillRoom(store, [ann], 0)]
    await append(store, usersRemoved(rooms[0] ?? '', 2, [bob]))
    const countsUpTo = async (upTo: number) =>
      (await load(store, { chatCounts: { users: [ann, bob, nobody, ann], upTo } })).chatCounts
    expect(await countsUpTo(5)).toEqual(
      new Map([
        [ann, 3],
        [bob, 0],
        [nobody, 0],
      ]),
    )
    expect(await countsUpTo(2)).toEqual(
      new Map([
        [ann, 2],
        [bob, 0],
        [nobody, 0],
      ]),
    )
  })

  it('reads heads and memberships from one snapshot during concurrent writes', async () => {
    const { store } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = await fillRoom(store, [ann], 0)
    const writing = { done: false }
    const writer = (async () => {
      for (let seq = 2; seq < 40; seq += 1) {
        await append(store, seq % 2 === 0 ? usersAdded(room, seq, [bob]) : usersRemoved(room, seq, [bob]))
      }
    })().finally(() => {
      writing.done = true
    })
    const wrong: unknown[] = []
    await withAppender(store, async (appender) => {
      while (!writing.done) {
        const { chats } = await appender.read(reading({ rooms: [room], members: [{ room, user: bob }] }))
        const chat = chats.get(room)
        if (chat === undefined || chat.members.has(bob) !== (chat.seq % 2 === 0)) wrong.push(chat)
      }
    })
    await writer
    expect(wrong).toEqual([])
  })
}
