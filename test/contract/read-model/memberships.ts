import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { RoomMembership } from '../../../shared/ports/read-model.ts'
import { eventDigest } from '../../../shared/records/event-digest.ts'
import { roomsDigest } from '../../../shared/records/rooms-digest.ts'
import type { OpenStore } from '../stored-chat.ts'
import {
  append,
  chatCreated,
  fillRoom,
  messagePosted,
  userCreated,
  userErased,
  usersAdded,
  usersRemoved,
} from '../stored-chat.ts'

const byRoom = (held: readonly RoomMembership[] | undefined): readonly RoomMembership[] =>
  (held ?? []).toSorted((one, other) => (one.room < other.room ? -1 : 1))

export const membershipTests = (opened: () => OpenStore): void => {
  it('returns the same epoch at every call', async () => {
    const { readModel } = opened()
    const epoch = (await readModel.meta()).epoch
    expect(epoch).toMatch(/^.{8,64}$/)
    expect((await readModel.meta()).epoch).toBe(epoch)
  })

  it('returns the heads of existing rooms', async () => {
    const { store, readModel } = opened()
    const [first, second, absent] = [
      await fillRoom(store, [randomUUID()], 3),
      await fillRoom(store, [randomUUID()], 0),
      randomUUID(),
    ]
    expect(await readModel.heads([second, absent, first, first])).toEqual(
      new Map([
        [second, 1],
        [first, 4],
      ]),
    )
    expect(await readModel.heads([])).toEqual(new Map())
  })

  it('returns the heads of rooms whose head differs from the held one', async () => {
    const { store, readModel } = opened()
    const [beyond, same, before, absent, forged] = [
      await fillRoom(store, [randomUUID()], 3),
      await fillRoom(store, [randomUUID()], 3),
      await fillRoom(store, [randomUUID()], 3),
      randomUUID(),
      randomUUID(),
    ]
    const held = new Map([
      [beyond, { seq: 3, digest: undefined }],
      [same, { seq: 4, digest: undefined }],
      [before, { seq: 5, digest: undefined }],
      [absent, { seq: 0, digest: undefined }],
      [forged, { seq: 1, digest: undefined }],
    ])
    expect(await readModel.changedHeads(held)).toEqual(
      new Map([
        [beyond, { head: 4, isContradicted: false }],
        [before, { head: 4, isContradicted: true }],
        [forged, { head: 0, isContradicted: true }],
      ]),
    )
    expect(await readModel.changedHeads(new Map())).toEqual(new Map())
  })

  it('returns the heads of rooms whose event has another digest than the held one', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 1)
    // Quotes, line breaks and letters of several bytes are hashed as they are stored.
    await append(store, messagePosted(room, 3, ann, { msg: 'Grüße, "Anna"\n\t\\ 🙂' }), messagePosted(room, 4, ann))
    const [page] = await store.readPages([{ room, after: 0, limit: 10, users: [] }])
    const compared = async (seq: number, digest: string) =>
      (await readModel.changedHeads(new Map([[room, { seq, digest }]]))).get(room)
    const digests = (page?.events ?? []).map(eventDigest)
    expect(await Promise.all(digests.map((digest, index) => compared(index + 1, digest)))).toEqual([
      { head: 4, isContradicted: false },
      { head: 4, isContradicted: false },
      { head: 4, isContradicted: false },
      undefined,
    ])
    const [, second = '', third = ''] = digests
    expect(await compared(3, second)).toEqual({ head: 4, isContradicted: true })
    expect(await compared(4, third)).toEqual({ head: 4, isContradicted: true })
    expect(await compared(5, third)).toEqual({ head: 4, isContradicted: true })
    expect(await compared(4, 'disputed')).toEqual({ head: 4, isContradicted: true })
  })

  it('counts membership events in the head', async () => {
    const { store, readModel } = opened()
    const room = await fillRoom(store, [randomUUID()], 1)
    await append(store, usersAdded(room, 3, []))
    expect(await readModel.heads([room])).toEqual(new Map([[room, 3]]))
  })

  it('returns the present rooms of each user, with their heads', async () => {
    const { store, readModel } = opened()
    const [ann, bob, nobody] = [randomUUID(), randomUUID(), randomUUID()]
    const [both, only] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(both, [ann]), usersAdded(both, 2, [bob]), messagePosted(both, 3, bob))
    await append(store, chatCreated(only, [ann]))
    const held = await readModel.memberships([ann, nobody, bob])
    const all = [
      { room: both, since: 0, head: 3 },
      { room: only, since: 0, head: 1 },
    ]
    expect(byRoom(held.get(ann))).toEqual(byRoom(all))
    expect(held.get(bob)).toEqual([{ room: both, since: 1, head: 3 }])
    expect(held.has(nobody)).toBe(false)
    expect(await readModel.memberships([])).toEqual(new Map())
  })

  it('reads at most one membership more than requested of a user with more, and all of every other user', async () => {
    const { store, readModel } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    for (const members of [[ann, bob], [ann, bob], [ann]]) await fillRoom(store, members, 0)
    const sizes = async (most?: number) => {
      const found = await readModel.memberships([ann, bob, ann], most)
      return [found.get(ann)?.length, found.get(bob)?.length]
    }
    expect(await sizes(1)).toEqual([2, 2])
    expect(await sizes(2)).toEqual([3, 2])
    expect(await sizes()).toEqual([3, 2])
  })

  it('returns the rooms only of users whose rooms differ from the held ones', async () => {
    const { store, readModel } = opened()
    const [ann, bob, nobody] = [randomUUID(), randomUUID(), randomUUID()]
    const rooms = Array.from({ length: 20 }, () => randomUUID())
    for (const room of rooms) await append(store, chatCreated(room, [ann]))
    const [first = '', ...rest] = rooms
    await append(store, usersAdded(first, 2, [bob]))
    const unlike = async (held: readonly (readonly [string, string | undefined])[]): Promise<readonly string[]> => {
      const found = await readModel.changedMemberships(new Map(held))
      const all = await readModel.memberships([...found.keys()])
      for (const [user, rooms] of found) expect(rooms === 'erased' ? rooms : byRoom(rooms)).toEqual(byRoom(all.get(user)))
      return [...found.keys()].toSorted()
    }
    const both = [ann, bob].toSorted()
    const everybody = [...both, nobody].toSorted()
    expect(await unlike([])).toEqual([])
    // The digest does not depend on the order of the rooms. Ids are sorted as bytes: a collation may sort their texts in another order.
    const same: readonly (readonly [string, string])[] = [
      [ann, roomsDigest(rooms.toReversed())],
      [bob, roomsDigest([first])],
      [nobody, roomsDigest([])],
    ]
    expect(await unlike(same)).toEqual([])
    expect(
      await unlike([
        [ann, undefined],
        [bob, undefined],
        [nobody, undefined],
      ]),
    ).toEqual(everybody)
    expect(
      await unlike([
        [ann, roomsDigest(rest)],
        [bob, roomsDigest([])],
        [nobody, roomsDigest([first])],
      ]),
    ).toEqual(everybody)
    expect(
      await unlike([
        [ann, roomsDigest([...rooms, randomUUID()])],
        [bob, roomsDigest([first])],
      ]),
    ).toEqual([ann])
    await append(store, usersRemoved(first, 3, [bob]))
    expect(await unlike([[bob, roomsDigest([])]])).toEqual([])
    expect(await readModel.changedMemberships(new Map([[bob, roomsDigest([first])]]))).toEqual(new Map([[bob, []]]))
    await append(store, usersAdded(first, 4, [bob]))
    expect(await unlike([[bob, roomsDigest([])]])).toEqual([bob])
  })

  it('returns a user who was erased, whatever rooms are held', async () => {
    const { store, readModel } = opened()
    const [eve, held] = [randomUUID(), randomUUID()]
    await append(store, userCreated(eve, `ext ${eve}`, 'Eve'))
    expect(await readModel.changedMemberships(new Map([[eve, roomsDigest([])]]))).toEqual(new Map())
    await append(store, userErased(eve, 2))
    for (const digest of [roomsDigest([]), roomsDigest([held]), undefined])
      expect(await readModel.changedMemberships(new Map([[eve, digest]]))).toEqual(new Map([[eve, 'erased']]))
  })

  it('returns an erased user who is still a member of a room that the erasure left out', async () => {
    const { store, readModel } = opened()
    const [ann, eve, room] = [randomUUID(), randomUUID(), randomUUID()]
    await append(store, userCreated(eve, `ext ${eve}`, 'Eve'), chatCreated(room, [ann, eve]))
    await append(store, userErased(eve, 2))
    expect(await readModel.changedMemberships(new Map([[eve, roomsDigest([room])]]))).toEqual(new Map([[eve, 'erased']]))
  })

  it('ends a membership when the user is removed, and begins a new one when it is added again', async () => {
    const { store, readModel } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob]), usersRemoved(room, 2, [bob]))
    expect((await readModel.memberships([bob])).has(bob)).toBe(false)
    await append(store, messagePosted(room, 3, ann), usersAdded(room, 4, [bob]))
    expect((await readModel.memberships([bob])).get(bob)).toEqual([{ room, since: 3, head: 4 }])
  })

  it('ignores a membership event without users', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = randomUUID()
    await append(store, chatCreated(room, [ann]), usersRemoved(room, 2, []), usersAdded(room, 3, []))
    expect((await readModel.memberships([ann])).get(ann)).toEqual([{ room, since: 0, head: 3 }])
  })
}
