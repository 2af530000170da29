import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { MemberEntry, MemberQuery, ReadModel } from '../../../shared/ports/read-model.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'
import { roomWithRoles } from '../room-with-roles.ts'
import type { OpenStore } from '../stored-chat.ts'

const longAgo = '2025-06-01T00:00:00.000Z'
const farAhead = '2999-01-01T00:00:00.000Z'

/** The whole list, page by page. */
const membersOf = async (
  readModel: ReadModel,
  query: Omit<MemberQuery, 'limit'>,
  limit = 50,
): Promise<readonly MemberEntry[]> => {
  const members: MemberEntry[] = []
  let cursor: string | undefined
  do {
    const page = await readModel.membersOf({ ...query, limit, cursor })
    members.push(...(page?.members ?? []))
    cursor = page?.nextCursor
  } while (cursor !== undefined)
  return members
}

export const memberListTests = (opened: () => OpenStore): void => {
  it('names each member once with its role, those who joined first first', async () => {
    const { store, readModel } = opened()
    const { room, ann, bob, cyd, act, add, set } = await roomWithRoles(store)
    await act(set(ann, [bob], 'moderator'), add(bob, [cyd]))
    const listed = await membersOf(readModel, { room, reader: cyd }, 1)
    expect(listed).toEqual([
      ...[
        { user: ann, role: 'owner', since: 1 },
        { user: bob, role: 'moderator', since: 1 },
      ].toSorted((a, b) => (a.user < b.user ? -1 : 1)),
      { user: cyd, role: 'member', since: 3 },
    ])
  })

  it('shows a lower role until its end, and the lasting role after it', async () => {
    const { store, readModel } = opened()
    const { room, ann, bob, cyd, act, add, set } = await roomWithRoles(store)
    await act(add(ann, [cyd]), set(ann, [bob], 'reader', farAhead), set(ann, [cyd], 'reader', longAgo))
    const listed = await membersOf(readModel, { room, reader: ann, role: 'reader' })
    expect(listed).toEqual([{ user: bob, role: 'reader', until: farAhead, role_after: 'member', since: 1 }])
    expect(await membersOf(readModel, { room, reader: ann, role: 'member' })).toEqual([{ user: cyd, role: 'member', since: 2 }])
    const { chats } = await readModel.chatsOf({ user: bob, limit: 1 })
    expect(chats).toMatchObject([{ role: 'reader', role_until: farAhead, role_after: 'member' }])
    const { chats: unmuted } = await readModel.chatsOf({ user: cyd, limit: 1 })
    expect(unmuted).not.toMatchObject([{ role_after: expect.anything() }])
  })

  it('has the role of each member for signals, with the one that the chat requires', async () => {
    const { store, readModel } = opened()
    const { room, ann, bob, cyd, act, add, set, update } = await roomWithRoles(store)
    const other = await roomWithRoles(store)
    await act(set(ann, [bob], 'reader', farAhead))
    const members = [ann, bob, cyd].map((user) => ({ room, user }))
    const elsewhere = [
      { room: other.room, user: other.bob },
      { room: randomUUID(), user: ann },
    ]
    expect(await readModel.signalRoles([...members, ...elsewhere])).toEqual([
      { role: 50, needed: 20 },
      { role: 10, needed: 20 },
      undefined,
      { role: 20, needed: 20 },
      undefined,
    ])
    await act(update(ann, { rules: { signal: 'moderator' } }), set(ann, [bob], 'reader', longAgo), add(ann, [cyd]))
    expect(await readModel.signalRoles(members)).toEqual([50, 20, 20].map((role) => ({ role, needed: 30 })))
    expect(await readModel.signalRoles([])).toEqual([])
  })

  it('lists banned users apart, also one who never was a member, until the ban is lifted', async () => {
    const { store, readModel } = opened()
    const { room, ann, bob, cyd, act, ban, set, codes, add } = await roomWithRoles(store)
    await act(ban(ann, [bob, cyd]))
    expect(await codes(add(ann, [cyd]))).toEqual(['invalid'])
    const banned = await membersOf(readModel, { room, reader: ann, banned: true }, 1)
    expect(banned.map(({ user }) => user).toSorted()).toEqual([bob, cyd].toSorted())
    expect(await membersOf(readModel, { room, reader: ann })).toEqual([{ user: ann, role: 'owner', since: 1 }])
    await act(set(ann, [cyd], 'member'), add(ann, [cyd]))
    expect(await membersOf(readModel, { room, reader: ann, banned: true })).toEqual([{ user: bob }])
    expect(await membersOf(readModel, { room, reader: cyd })).toHaveLength(2)
  })

  it('forgets the role of a removed member, and keeps that of an owner who left', async () => {
    const { store, readModel } = opened()
    const { room, ann, bob, cyd, act, add, set, remove } = await roomWithRoles(store)
    await act(add(ann, [cyd]), set(ann, [bob], 'admin'), set(ann, [cyd], 'owner'))
    await act(remove(ann, [bob]), add(ann, [bob]))
    await act(remove(cyd, [cyd]))
    await act(add(ann, [cyd]))
    const roles = Object.fromEntries((await membersOf(readModel, { room, reader: ann })).map(({ user, role }) => [user, role]))
    expect(roles).toEqual({ [ann]: 'owner', [bob]: 'member', [cyd]: 'owner' })
  })

  it('shows the markers of the members of a small chat, and those of nobody in a larger one', async () => {
    const { store, readModel, memberStates } = opened()
    const { room, ann, bob, cyd, act, add } = await roomWithRoles(store)
    await act(add(ann, [cyd]))
    await memberStates.mark([{ room, user: bob, read: { gen: 1, seq: 1 }, delivered: 2 }])
    const listed = async (markersUpTo?: number) => {
      const members = await membersOf(readModel, { room, reader: ann, markersUpTo }, 1)
      return Object.fromEntries(members.map(({ user, read, delivered }) => [user, { read, delivered }]))
    }
    const none = { read: undefined, delivered: undefined }
    expect(await listed(3)).toEqual({
      [ann]: { ...none, read: { gen: 0, seq: 0 } },
      [bob]: { read: { gen: 1, seq: 1 }, delivered: 2 },
      [cyd]: { ...none, read: { gen: 0, seq: 1 } },
    })
    const hidden = { [ann]: none, [bob]: none, [cyd]: none }
    expect([await listed(2), await listed()]).toEqual([hidden, hidden])
  })

  it('is forbidden to users who are not members, and in a chat that does not exist', async () => {
    const { store, readModel } = opened()
    const { room, ann, cyd } = await roomWithRoles(store)
    expect(await readModel.membersOf({ room, reader: cyd, limit: 5 })).toBeUndefined()
    expect(await readModel.membersOf({ room: randomUUID(), reader: ann, limit: 5 })).toBeUndefined()
  })

  it('continues the list of banned users, or of one role, by a cursor alone', async () => {
    const { store, readModel } = opened()
    const { room, ann, bob, cyd, act, add, ban, set } = await roomWithRoles(store)
    const listed = async (filters: Pick<MemberQuery, 'role' | 'banned'>) => {
      const first = await readModel.membersOf({ room, reader: ann, ...filters, limit: 1 })
      const next = await readModel.membersOf({ room, reader: ann, limit: 1, cursor: first?.nextCursor ?? 'none' })
      return [...(first?.members ?? []), ...(next?.members ?? [])].map(({ user }) => user).toSorted()
    }
    await act(ban(ann, [bob, cyd]))
    expect(await listed({ banned: true })).toEqual([bob, cyd].toSorted())
    await act(set(ann, [bob, cyd], 'member'), add(ann, [bob, cyd]))
    expect(await listed({ role: 'member' })).toEqual([bob, cyd].toSorted())
    await act(set(ann, [bob, cyd], 'admin'))
    expect(await listed({ role: 'admin' })).toEqual([bob, cyd].toSorted())
  })

  it('refuses a cursor of another list', async () => {
    const { store, readModel } = opened()
    const { room, ann } = await roomWithRoles(store)
    for (const cursor of ['x', 'bnVsbA'])
      await expect(readModel.membersOf({ room, reader: ann, limit: 5, cursor })).rejects.toBeInstanceOf(CursorError)
  })
}

export const chatContentTests = (opened: () => OpenStore): void => {
  it('shows name, image, data and rules as they are now, and nothing that was emptied', async () => {
    const { store, readModel } = opened()
    const { ann, bob, act, update } = await roomWithRoles(store)
    const listed = async (user: string) => (await readModel.chatsOf({ user, limit: 1 })).chats[0]
    await act(
      update(ann, { image: 'a.png', data: { b: 1, a: [1.5, 'é'] } }),
      update(ann, { name: 'tea', rules: { post: 'admin' } }),
    )
    expect(await listed(bob)).toMatchObject({
      name: 'tea',
      image: 'a.png',
      data: { b: 1, a: [1.5, 'é'] },
      rules: { post: 'admin' },
    })
    expect(Object.keys((await listed(bob))?.data ?? {})).toEqual(['b', 'a'])
    expect(await listed(bob)).not.toHaveProperty('role')
    await act(update(ann, { image: '', data: {}, rules: { post: 'member' } }))
    for (const name of ['image', 'data', 'rules']) expect(await listed(bob)).not.toHaveProperty(name)
    expect(await listed(ann)).toMatchObject({ name: 'tea', role: 'owner' })
  })

  it('keeps its place in the list when the chat is renamed or roles change', async () => {
    const { store, readModel } = opened()
    const people = { ann: randomUUID(), bob: randomUUID() }
    const first = await roomWithRoles(store, people)
    const second = await roomWithRoles(store, people)
    await first.act(first.update(people.ann, { name: 'renamed' }), first.set(people.ann, [people.bob], 'moderator'))
    const { chats } = await readModel.chatsOf({ user: people.bob, limit: 2 })
    expect(chats.map(({ id }) => id)).toEqual([second.room, first.room])
  })
}
