import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { HeldMembership } from '../../../shared/ports/read-model.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, fillRoom, messagePosted, usersAdded, usersRemoved } from '../stored-chat.ts'

const byRoom = (held: readonly HeldMembership[] | undefined): readonly HeldMembership[] =>
  (held ?? []).toSorted((one, other) => (one.room < other.room ? -1 : 1))

export const membershipTests = (opened: () => OpenStore): void => {
  it('keeps one epoch', async () => {
    const { readModel } = opened()
    const epoch = await readModel.epoch()
    expect(epoch).toMatch(/^.{8,64}$/)
    expect(await readModel.epoch()).toBe(epoch)
  })

  it('tells the heads of the rooms that exist', async () => {
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

  it('counts membership events in the head', async () => {
    const { store, readModel } = opened()
    const room = await fillRoom(store, [randomUUID()], 1)
    await append(store, usersAdded(room, 3, []))
    expect(await readModel.heads([room])).toEqual(new Map([[room, 3]]))
  })

  it('tells the rooms that each user is a member of now, with their heads', async () => {
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

  it('forgets a membership when the user is removed and starts a new one when it is added again', async () => {
    const { store, readModel } = opened()
    const [ann, bob] = [randomUUID(), randomUUID()]
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob]), usersRemoved(room, 2, [bob]))
    expect((await readModel.memberships([bob])).has(bob)).toBe(false)
    await append(store, messagePosted(room, 3, ann), usersAdded(room, 4, [bob]))
    expect((await readModel.memberships([bob])).get(bob)).toEqual([{ room, since: 3, head: 4 }])
  })

  it('changes nothing for a membership event without users', async () => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = randomUUID()
    await append(store, chatCreated(room, [ann]), usersRemoved(room, 2, []), usersAdded(room, 3, []))
    expect((await readModel.memberships([ann])).get(ann)).toEqual([{ room, since: 0, head: 3 }])
  })
}
