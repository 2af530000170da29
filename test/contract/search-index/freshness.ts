import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { indexedRoom } from './indexed-room.ts'
import type { OpenSearchStore } from './open-search-store.ts'

export const freshnessTests = (opened: () => OpenSearchStore): void => {
  it('does not find an edited message by its former text, before and after the edit is indexed', async () => {
    const { ann, bob, post, edit, act, write, index, found } = await indexedRoom(opened())
    const message = randomUUID()
    await write(post(ann, 'meet at noon', {}, message))
    expect(await found(bob, 'noon')).toEqual(['meet at noon'])
    const outcomes = await act(edit(ann, message, 'meet at dusk'))
    expect(await found(bob, 'noon')).toEqual([])
    await index(...outcomes)
    expect(await found(bob, 'noon')).toEqual([])
    expect(await found(bob, 'dusk meet')).toEqual(['meet at dusk'])
  })

  it('does not find a deleted message, before and after the deletion is indexed', async () => {
    const { ann, bob, post, remove, act, write, index, found } = await indexedRoom(opened())
    const message = randomUUID()
    await write(post(ann, 'a secret', {}, message))
    const outcomes = await act(remove(ann, message))
    expect(await found(bob, 'secret')).toEqual([])
    await index(...outcomes)
    expect(await found(bob, 'secret')).toEqual([])
  })

  it('ends at the newest text if events are indexed in any order and again', async () => {
    const { ann, post, edit, act, index, found } = await indexedRoom(opened())
    const message = randomUUID()
    const posted = await act(post(ann, 'first words', {}, message))
    const edited = await act(edit(ann, message, 'second words'))
    const again = await act(edit(ann, message, 'third words'))
    await index(...again, ...posted)
    await index(...edited)
    await index(...posted, ...edited, ...again, ...again)
    expect(await found(ann, 'words')).toEqual(['third words'])
    expect(await found(ann, 'third')).toEqual(['third words'])
    expect(await found(ann, 'first')).toEqual([])
    expect(await found(ann, 'second')).toEqual([])
  })

  it('does not index a deleted message by an event that arrives late', async () => {
    const { ann, room, post, remove, act, index } = await indexedRoom(opened())
    const message = randomUUID()
    const posted = await act(post(ann, 'gone for good', {}, message))
    const removed = await act(remove(ann, message))
    await index(...removed)
    await index(...posted)
    await opened().searchIndex.apply([{ room, message, author: ann, version: 2, text: 'gone for good' }])
    const { messages } = await opened().searchIndex.search({ reader: ann, text: 'gone', limit: 10 })
    expect(messages).toEqual([])
  })

  it('removes the deleted messages of a range, and keeps those that exist', async () => {
    const { ann, room, post, remove, write, act, found } = await indexedRoom(opened())
    const ids = Array.from({ length: 3 }, () => randomUUID())
    await write(...ids.map((id, index) => post(ann, `ranged ${index}`, {}, id)))
    await act(remove(ann, ids[0] ?? ''))
    await opened().searchIndex.apply([{ room, from: 1, before: 100 }])
    expect(await found(ann, 'ranged')).toEqual(['ranged 2', 'ranged 1'])
    const kept = await opened().searchIndex.search({ reader: ann, text: 'ranged', limit: 1 })
    expect(kept.messages).toHaveLength(1)
  })

  it('returns the text that the message has now, with the seq of the event that posted it', async () => {
    const { ann, room, post, edit, write } = await indexedRoom(opened())
    const message = randomUUID()
    await write(post(ann, 'draft of a plan', {}, message), post(ann, 'between'))
    await write(edit(ann, message, 'final plan'))
    const { messages } = await opened().searchIndex.search({ reader: ann, text: 'plan', limit: 10 })
    expect(messages).toMatchObject([{ room, seq: 2, matches: [[6, 10]] }])
    expect(JSON.parse(messages[0]?.data ?? '')).toMatchObject({ id: message, msg: 'final plan', user_id: ann })
  })
}
