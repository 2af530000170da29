import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { User } from '../../../shared/domain/events.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, at, chatCreated, userCreated, userErased, usersAdded, usersRemoved, userUpdated } from '../stored-chat.ts'

const idsOf = (users: readonly User[]): ReadonlySet<string> => new Set(users.map(({ id }) => id))

const makeUsers = async (opened: OpenStore, count: number): Promise<readonly string[]> => {
  const ids = Array.from({ length: count }, () => randomUUID())
  await append(opened.store, ...ids.map((id) => userCreated(id, `ext ${id}`, `name of ${id}`)))
  return ids
}

export const userTests = (opened: () => OpenStore): void => {
  it('finds users by external id, with a name only if they have one', async () => {
    const { store, readModel } = opened()
    const [named, unnamed] = [randomUUID(), randomUUID()]
    const odd = `{"a",b} ${named} 😀`
    await append(store, userCreated(named, odd, 'Ann'), userCreated(unnamed, unnamed))
    const times = { created_at: at(0), modified_at: at(0) }
    const found = await readModel.usersByExternalId([unnamed, `not ${named}`, odd])
    expect(found).toEqual(
      new Map([
        [unnamed, { id: unnamed, externalUserId: unnamed, ...times }],
        [odd, { id: named, externalUserId: odd, name: 'Ann', ...times }],
      ]),
    )
    expect(Object.hasOwn(found.get(unnamed) ?? {}, 'name')).toBe(false)
    expect(await readModel.usersByExternalId([])).toEqual(new Map())
  })

  it('distinguishes external ids by case and by accent', async () => {
    const { store, readModel } = opened()
    const ids = [randomUUID(), randomUUID(), randomUUID()] as const
    const texts = [`E ${ids[0]}`, `e ${ids[0]}`, `é ${ids[0]}`] as const
    await append(store, userCreated(ids[0], texts[0]), userCreated(ids[1], texts[1]), userCreated(ids[2], texts[2]))
    const found = await readModel.usersByExternalId(texts)
    expect(texts.map((text) => found.get(text)?.id)).toEqual(ids)
  })

  it('returns the time of the last erasure of a user', async () => {
    const { store, readModel } = opened()
    const [eve = ''] = await makeUsers(opened(), 1)
    await append(store, userErased(eve, 2))
    const erasedMs = (await readModel.lastErasureMs()) ?? 0
    expect(erasedMs).toBeGreaterThanOrEqual(Date.parse(at(2)))
    // Other tests erase users a few milliseconds later.
    expect(erasedMs).toBeLessThan(Date.parse(at(100)))
  })

  it('finds all users by id without a viewer', async () => {
    const { readModel } = opened()
    const [ann, bob] = await makeUsers(opened(), 2)
    const found = await readModel.usersById([ann ?? '', randomUUID(), bob ?? '', ann ?? ''])
    expect(found).toHaveLength(2)
    expect(idsOf(found)).toEqual(new Set([ann, bob]))
    expect(await readModel.usersById([])).toEqual([])
  })

  it('returns the viewer and users who share a chat with it now', async () => {
    const { store, readModel } = opened()
    const [ann = '', bob = '', cleo = '', dan = ''] = await makeUsers(opened(), 4)
    const [first, second] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(first, [ann, bob]), chatCreated(second, [bob, cleo]))
    const everyone = [ann, bob, cleo, dan]
    expect(idsOf(await readModel.usersById(everyone, ann))).toEqual(new Set([ann, bob]))
    expect(idsOf(await readModel.usersById(everyone, bob))).toEqual(new Set([ann, bob, cleo]))
    expect(idsOf(await readModel.usersById(everyone, dan))).toEqual(new Set([dan]))
    expect(idsOf(await readModel.usersById([cleo], ann))).toEqual(new Set())
  })

  it('returns the profile of a user after each change, by either id, and reorders nobody’s chats by it', async () => {
    const { store, readModel } = opened()
    const [ann = '', bob = ''] = await makeUsers(opened(), 2)
    const [older, newer] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(older, [ann], { at: at(1) }), chatCreated(newer, [bob, ann], { at: at(2) }))
    const listed = async (user: string) => (await readModel.chatsOf({ user, limit: 5 })).chats
    const before = [await listed(ann), await listed(bob)]
    await append(store, userUpdated(ann, 2, { name: 'Anna', image: 'a.png', data: { a: 1 } }))
    await append(store, userUpdated(ann, 3, { name: 'Annie', data: { b: null } }))
    const profile = { id: ann, externalUserId: `ext ${ann}`, name: 'Annie', data: { b: null } }
    const expected = { ...profile, created_at: at(0), modified_at: at(3) }
    expect(await readModel.usersById([ann], bob)).toEqual([expected])
    expect((await readModel.usersByExternalId([`ext ${ann}`])).get(`ext ${ann}`)).toEqual(expected)
    expect([await listed(ann), await listed(bob)]).toEqual(before)
    expect(before[0]?.map(({ id }) => id)).toEqual([newer, older])
  })

  it('does not return users who shared a chat only in the past', async () => {
    const { store, readModel } = opened()
    const [ann = '', bob = '', cleo = ''] = await makeUsers(opened(), 3)
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob, cleo]), usersRemoved(room, 2, [bob]))
    expect(idsOf(await readModel.usersById([ann, bob, cleo], ann))).toEqual(new Set([ann, cleo]))
    expect(idsOf(await readModel.usersById([ann, bob, cleo], bob))).toEqual(new Set([bob]))
    await append(store, usersAdded(room, 3, [bob]))
    expect(idsOf(await readModel.usersById([ann, bob, cleo], bob))).toEqual(new Set([ann, bob, cleo]))
  })
}
