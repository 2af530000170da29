import { expect, it } from 'vitest'
import { append, usersAdded, usersRemoved } from '../stored-chat.ts'
import { indexedRoom } from './indexed-room.ts'
import type { OpenSearchStore } from './open-search-store.ts'

export const membershipTests = (opened: () => OpenSearchStore): void => {
  it('finds nothing for a user who is not a member, also if the chat is named', async () => {
    const { ann, stranger, room, post, write, found } = await indexedRoom(opened())
    await write(post(ann, 'for members only'))
    expect(await found(stranger, 'members')).toEqual([])
    expect(await found(stranger, 'members', { chats: [room] })).toEqual([])
    expect(await found(ann, 'members', { chats: [room] })).toEqual(['for members only'])
  })

  it('finds nothing of a chat from the removal of the user on, and the whole history after its return', async () => {
    const { ann, bob, room, post, write, found } = await indexedRoom(opened())
    const { store } = opened()
    await write(post(ann, 'old news'))
    expect(await found(bob, 'news')).toEqual(['old news'])
    await append(store, usersRemoved(room, 3, [bob]))
    expect(await found(bob, 'news')).toEqual([])
    await append(store, usersAdded(room, 4, [bob]))
    await write(post(ann, 'good news'))
    expect(await found(bob, 'news')).toEqual(['good news', 'old news'])
  })

  it('finds messages in all chats of the user, or only in the named ones', async () => {
    const people = await indexedRoom(opened())
    const other = await indexedRoom(opened(), people)
    const unrelated = await indexedRoom(opened())
    await people.write(people.post(people.ann, 'lunch here'))
    await other.write(other.post(people.bob, 'lunch there'))
    await unrelated.write(unrelated.post(unrelated.ann, 'lunch elsewhere'))
    const { ann, bob, found, room } = people
    expect(await found(ann, 'lunch')).toEqual(['lunch there', 'lunch here'])
    expect(await found(ann, 'lunch', { chats: [room, unrelated.room] })).toEqual(['lunch here'])
    expect(await found(ann, 'lunch', { author: bob })).toEqual(['lunch there'])
  })
}
