import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, usersRemoved } from '../stored-chat.ts'

const later = '2126-01-02T03:04:05.006Z'

export const settingsTests = (opened: () => OpenStore): void => {
  it('are stored one by one, the last one wins, and they are part of the list of chats', async () => {
    const { store, memberStates, readModel } = opened()
    const [user, room] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(room, [user]))
    const listed = async () => (await readModel.chatsOf({ user, limit: 1 })).chats[0]?.settings
    expect(await listed()).toEqual({})
    expect(await memberStates.configure([{ room, user, mutedUntil: later }])).toEqual([{ mutedUntil: later }])
    expect(await memberStates.configure([{ room, user, isHidden: true }])).toEqual([{ mutedUntil: later, isHidden: true }])
    expect(await listed()).toEqual({ mutedUntil: later, isHidden: true })
    const past = '2020-01-01T00:00:00.000Z'
    expect(await memberStates.configure([{ room, user, mutedUntil: past, isHidden: false }])).toEqual([{}])
    expect(await listed()).toEqual({})
  })

  it('do not move a marker, and a marker does not change them', async () => {
    const { store, memberStates, readModel } = opened()
    const [user, room] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(room, [user]))
    await memberStates.configure([{ room, user, isHidden: true }])
    await memberStates.mark([{ room, user, read: { gen: 3, seq: 1 } }])
    await memberStates.configure([{ room, user, mutedUntil: later }])
    const [chat] = (await readModel.chatsOf({ user, limit: 1 })).chats
    expect(chat).toMatchObject({ read: { gen: 3, seq: 1 }, settings: { mutedUntil: later, isHidden: true } })
  })

  it('of users who are not members are not stored', async () => {
    const { store, memberStates } = opened()
    const [ann, bob, room] = [randomUUID(), randomUUID(), randomUUID()]
    await append(store, chatCreated(room, [ann, bob]), usersRemoved(room, 2, [bob]))
    const changes = [bob, ann, randomUUID()].map((user) => ({ room, user, isHidden: true }))
    expect(await memberStates.configure(changes)).toEqual([undefined, { isHidden: true }, undefined])
  })
}
