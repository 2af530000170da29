import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { MemberUnread } from '../../../shared/ports/read-model.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, messagePosted } from '../stored-chat.ts'

/** The unread messages of a member, which every read counts alike. */
const unreadIn = async ({ memberStates, readModel }: OpenStore, room: string, user: string): Promise<MemberUnread> => {
  const [marked] = await memberStates.mark([{ room, user }])
  if (marked === undefined) throw new Error('not a member')
  const { read, unread, mentions } = marked
  const state = { read, unread, mentions }
  const chat = (await readModel.chatsOf({ user, limit: 50 })).chats.find(({ id }) => id === room)
  expect(chat).toMatchObject(state)
  const memberships = (await readModel.unreadMemberships([user])).get(user)
  expect(memberships?.find((membership) => membership.room === room)).toMatchObject({ ...state, head: chat?.seq })
  return state
}

export const unreadTests = (opened: () => OpenStore): void => {
  it('are those after the marker that are not deleted', async () => {
    const store = opened()
    const { ann, bob, room, act, post, remove, edit, react } = await roomWithChanges(store.store)
    const ids = Array.from({ length: 10 }, () => randomUUID())
    for (const id of ids) await act(post(ann, 'hi', {}, id), react(ann, id, '+'))
    expect(await unreadIn(store, room, bob)).toEqual({ read: { gen: 0, seq: 0 }, unread: 10, mentions: 0 })
    // Message n is at seq 2n + 2, and its reaction after it.
    await store.memberStates.mark([{ room, user: bob, read: { gen: 0, seq: 7 } }])
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 7 })
    await act(remove(ann, ids[0] ?? ''), remove(ann, ids[5] ?? ''), remove(ann, ids[9] ?? ''), edit(ann, ids[6] ?? '', 'ho'))
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 5 })
    await store.memberStates.mark([{ room, user: bob, read: { gen: 1, seq: 1 } }])
    expect(await unreadIn(store, room, bob)).toMatchObject({ read: { gen: 1, seq: 1 }, unread: 7 })
    await store.memberStates.mark([{ room, user: bob, read: { gen: 1, seq: 1_000 } }])
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 0, mentions: 0 })
  })

  it('are counted apart if they mention the member or all members, and up to 100', async () => {
    const store = opened()
    const { ann, bob, room, act, post, remove, edit } = await roomWithChanges(store.store)
    const [first, second] = [randomUUID(), randomUUID()]
    await act(post(ann, 'you', { mentions: [bob] }, first), post(ann, 'all', { mentions: 'all' }, second))
    await act(post(ann, 'other', { mentions: [randomUUID()] }), post(ann, 'you both', { mentions: [ann, bob] }))
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 4, mentions: 3 })
    await act(remove(ann, first), edit(ann, second, 'nobody'))
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 3, mentions: 1 })
    await store.memberStates.mark([{ room, user: bob, read: { gen: 0, seq: 4 } }])
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 1, mentions: 1 })
    for (let turn = 0; turn < 12; turn += 1) await act(...Array.from({ length: 10 }, () => post(ann, 'you', { mentions: [bob] })))
    expect(await unreadIn(store, room, bob)).toMatchObject({ unread: 121, mentions: 100 })
  })

  it('equal a recount from the list of messages, whatever was posted, deleted and marked', async () => {
    const store = opened()
    const { ann, bob, room, act, post, remove, react } = await roomWithChanges(store.store)
    const random = seededRandom(11)
    const ids: string[] = []
    let gen = 0
    for (let turn = 0; turn < 60; turn += 1) {
      const id = randomUUID()
      const dice = random.next()
      if (ids.length === 0 || dice < 0.5) await act(post(random.pick([ann, bob]), 'hi', {}, ids[ids.push(id) - 1]))
      else if (dice < 0.7) await act(remove(ann, random.pick(ids)))
      else if (dice < 0.8) await act(react(bob, random.pick(ids), '+'))
      else {
        if (random.chance(0.3)) gen += 1
        await store.memberStates.mark([{ room, user: bob, read: { gen, seq: random.below(turn + 3) } }])
      }
      const { read, unread } = await unreadIn(store, room, bob)
      const page = await store.readModel.messagesOf({ room, reader: bob, after: read.seq, limit: 200 })
      const texts = page?.messages.map(({ data }) => JSON.parse(data) as { deleted?: true })
      expect(unread).toBe(texts?.filter(({ deleted }) => deleted !== true).length)
    }
  })

  it('are counted for each chat of a user', async () => {
    const { store, memberStates, readModel } = opened()
    const user = randomUUID()
    const rooms = Array.from({ length: 30 }, () => randomUUID())
    for (const [n, room] of rooms.entries())
      await append(store, chatCreated(room, [user]), ...Array.from({ length: n }, (_, m) => messagePosted(room, m + 2, user)))
    await memberStates.mark(rooms.map((room) => ({ room, user, read: { gen: 0, seq: 5 } })))
    const memberships = (await readModel.unreadMemberships([user, randomUUID()])).get(user) ?? []
    const byRoom = new Map(memberships.map(({ room, unread }) => [room, unread]))
    expect(rooms.map((room) => byRoom.get(room))).toEqual(rooms.map((_, n) => Math.max(0, n - 4)))
    expect((await readModel.unreadMemberships([user], 9)).get(user)).toHaveLength(10)
  })
}
