import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { MarkerChange, MemberMarkers, MemberStates } from '../../../shared/ports/member-state.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, messagePosted, usersAdded, usersRemoved } from '../stored-chat.ts'

type Change = Omit<MarkerChange, 'room' | 'user'>

/** A room of these users with messages up to this seq. */
const roomWith = async (store: OpenStore['store'], users: readonly string[], last: number): Promise<string> => {
  const room = randomUUID()
  const messages = Array.from({ length: last - 1 }, (_, n) => messagePosted(room, n + 2, users[0] ?? ''))
  await append(store, chatCreated(room, users), ...messages)
  return room
}

const markOne = async (states: MemberStates, room: string, user: string, change: Change): Promise<MemberMarkers | undefined> =>
  (await states.mark([{ room, user, ...change }]))[0]

export const markerTests = (opened: () => OpenStore): void => {
  it('have the greater generation, and within one the greater seq, whatever order they arrive in', async () => {
    const { store, memberStates } = opened()
    const users = Array.from({ length: 6 }, () => randomUUID())
    const room = await roomWith(store, users, 20)
    const markers = [
      { read: { gen: 0, seq: 7 } },
      { read: { gen: 1, seq: 3 } },
      { read: { gen: 0, seq: 15 } },
      { read: { gen: 1, seq: 5 }, delivered: 9 },
      { delivered: 12 },
    ]
    for (const [index, user] of users.entries()) {
      const random = seededRandom(index + 1)
      const inAnyOrder = [...markers, ...markers].toSorted(() => random.next() - 0.5)
      for (const change of inAnyOrder) await markOne(memberStates, room, user, change)
      const found = await markOne(memberStates, room, user, {})
      expect(found).toMatchObject({ read: { gen: 1, seq: 5 }, delivered: 12, hasMoved: false })
    }
  })

  it('agree after concurrent changes of several callers', async () => {
    const { store, memberStates } = opened()
    const user = randomUUID()
    const room = await roomWith(store, [user], 50)
    const seqs = Array.from({ length: 40 }, (_, n) => n + 1)
    await Promise.all(seqs.map((seq) => markOne(memberStates, room, user, { read: { gen: seq % 3, seq }, delivered: seq })))
    expect(await markOne(memberStates, room, user, {})).toMatchObject({ read: { gen: 2, seq: 38 }, delivered: 40 })
  })

  it('report whether a change has moved them', async () => {
    const { store, memberStates } = opened()
    const user = randomUUID()
    const room = await roomWith(store, [user], 5)
    const moved = async (change: Change): Promise<boolean | undefined> =>
      (await markOne(memberStates, room, user, change))?.hasMoved
    expect(await moved({})).toBe(false)
    expect(await moved({ read: { gen: 0, seq: 3 } })).toBe(true)
    expect(await moved({ read: { gen: 0, seq: 3 }, delivered: 0 })).toBe(false)
    expect(await moved({ delivered: 4 })).toBe(true)
    expect(await moved({ read: { gen: 1, seq: 2 } })).toBe(true)
    expect(await moved({ read: { gen: 0, seq: 5 } })).toBe(false)
  })

  it('are raised by an own message, in the generation that they have', async () => {
    const { store, memberStates } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = await roomWith(store, [ann, bob], 9)
    await markOne(memberStates, room, ann, { read: { gen: 2, seq: 3 } })
    expect(await markOne(memberStates, room, ann, { posted: 8 })).toMatchObject({ read: { gen: 2, seq: 8 }, unread: 1 })
    expect(await markOne(memberStates, room, ann, { posted: 4 })).toMatchObject({ read: { gen: 2, seq: 8 }, hasMoved: false })
    expect(await markOne(memberStates, room, bob, { posted: 9 })).toMatchObject({ read: { gen: 0, seq: 9 }, unread: 0 })
  })

  it('move without a result if nobody waits for it', async () => {
    const { store, memberStates } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = await roomWith(store, [ann, bob], 9)
    const change = { room, posted: 8, withoutResult: true }
    const found = await memberStates.mark([
      { ...change, user: ann },
      { room, user: bob, posted: 8 },
    ])
    expect(found.map((markers) => markers?.unread)).toEqual([undefined, 1])
    expect(await memberStates.mark([{ ...change, user: ann }])).toEqual([undefined])
    expect(await markOne(memberStates, room, ann, {})).toMatchObject({ read: { gen: 0, seq: 8 }, unread: 1 })
  })

  it('are clipped to the last seq of the room', async () => {
    const { store, memberStates } = opened()
    const user = randomUUID()
    const room = await roomWith(store, [user], 4)
    const found = await markOne(memberStates, room, user, { read: { gen: 0, seq: 1_000 }, delivered: 1_000, posted: 1_000 })
    expect(found).toMatchObject({ read: { gen: 0, seq: 4 }, delivered: 4 })
    await append(store, messagePosted(room, 5, user))
    expect(await markOne(memberStates, room, user, {})).toMatchObject({ read: { gen: 0, seq: 4 }, unread: 1 })
  })

  it('of users who are not members, or of no room, are not stored', async () => {
    const { store, memberStates } = opened()
    const [ann, bob, stranger] = [randomUUID(), randomUUID(), randomUUID()]
    const room = await roomWith(store, [ann, bob], 4)
    await append(store, usersRemoved(room, 5, [bob]))
    const change = { read: { gen: 9, seq: 4 }, delivered: 4, posted: 4 }
    const changes = [
      { room, user: stranger, ...change },
      { room, user: ann, ...change },
      { room, user: bob, ...change },
      { room: randomUUID(), user: ann, ...change },
    ]
    const found = await memberStates.mark(changes)
    expect(found.map((markers) => markers?.read)).toEqual([undefined, { gen: 9, seq: 4 }, undefined, undefined])
    await append(store, usersAdded(room, 6, [bob, stranger]))
    for (const user of [bob, stranger])
      expect(await markOne(memberStates, room, user, {})).toMatchObject({ read: { gen: 0, seq: 5 }, delivered: 0 })
  })

  it('begin where the membership begins', async () => {
    const { store, memberStates, readModel } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = await roomWith(store, [ann], 6)
    await append(store, usersAdded(room, 7, [bob]), messagePosted(room, 8, ann))
    expect(await markOne(memberStates, room, bob, {})).toMatchObject({ read: { gen: 0, seq: 6 }, unread: 1 })
    const [chat] = (await readModel.chatsOf({ user: bob, limit: 1 })).chats
    expect(chat).toMatchObject({ read: { gen: 0, seq: 6 }, unread: 1, mentions: 0 })
  })

  it('of many members are stored by one call', async () => {
    const { store, memberStates } = opened()
    const users = Array.from({ length: 500 }, () => randomUUID())
    const room = await roomWith(store, users, 3)
    const found = await memberStates.mark(users.map((user, n) => ({ room, user, read: { gen: 0, seq: 1 + (n % 3) } })))
    expect(found.map((markers) => markers?.read.seq)).toEqual(users.map((_, n) => 1 + (n % 3)))
  })
}
