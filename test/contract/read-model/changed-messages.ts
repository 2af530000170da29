import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ListedMessage } from '../../../shared/ports/read-model.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import type { OpenStore } from '../stored-chat.ts'
import { list, seqsOf, walk } from './listing.ts'

const bodyOf = ({ data }: Pick<ListedMessage, 'data'>): object => JSON.parse(data) as object

export const changedMessageTests = (opened: () => OpenStore): void => {
  const start = async () => {
    const { store, readModel } = opened()
    const chat = await roomWithChanges(store)
    const page = (reader = chat.ann, range: object = {}) => list(readModel, chat.room, reader, range)
    const id = randomUUID()
    return { ...chat, readModel, page, id }
  }

  it('lists the newest version of an edited message under its own seq and id', async () => {
    const { ann, bob, post, edit, act, page, id } = await start()
    await act(post(ann, 'first', { data: { a: 1 }, mentions: [bob] }, id), post(bob, 'second'))
    await act(edit(ann, id, 'twice'), edit(ann, id, 'thrice', { type: 'html', data: { b: null } }))
    const { messages, asOf } = await page()
    expect(asOf).toBe(5)
    expect(messages.map(({ seq }) => seq)).toEqual([2, 3])
    const [edited, other] = messages.map(bodyOf)
    expect(edited).toMatchObject({ id, msg: 'thrice', type: 'html', data: { b: null }, user_id: ann })
    expect(edited).not.toHaveProperty('mentions')
    expect(other).toMatchObject({ msg: 'second' })
  })

  it('lists a deleted message as a tombstone, without reactions, mentions and pin', async () => {
    const { ann, bob, post, edit, remove, react, pin, act, page, id } = await start()
    await act(post(bob, 'secret', { mentions: 'all' }, id), edit(bob, id, 'secret too'), react(ann, id, '+'), pin(ann, id))
    await act(remove(bob, id))
    const [deleted] = (await page()).messages
    expect(deleted).toEqual({ seq: 2, data: expect.any(String) })
    expect(bodyOf(deleted as ListedMessage)).toMatchObject({ id, msg: '', deleted: true, user_id: bob })
  })

  it('counts reactions, and names those of the reader', async () => {
    const { ann, bob, post, react, act, page, id } = await start()
    await act(post(ann, 'hi', {}, id), react(ann, id, '👍'), react(bob, id, '👍'), react(bob, id, 'é'))
    await act(react(ann, id, '👍', false), react(ann, id, 'x', false), react(bob, id, '👍'))
    expect((await page(ann)).messages).toEqual([{ seq: 2, data: expect.any(String), reactions: { '👍': 1, é: 1 } }])
    expect((await page(bob)).messages[0]?.myReactions?.toSorted()).toEqual(['é', '👍'])
    await act(react(bob, id, '👍', false), react(bob, id, 'é', false))
    expect((await page(bob)).messages[0]).not.toHaveProperty('reactions')
  })

  it('pages through those who have reacted, by reaction and user', async () => {
    const { ann, bob, stranger, room, post, react, act, codes, readModel, id } = await start()
    await act(post(ann, 'hi', {}, id), react(bob, id, 'b'), react(ann, id, 'b'), react(ann, id, 'a'))
    expect(await codes(react(stranger, id, 'a'))).toEqual(['forbidden'])
    const query = { room, message: id, reader: bob }
    const first = await readModel.reactionsOf({ ...query, limit: 2 })
    if (typeof first === 'string') throw new Error(first)
    const next = await readModel.reactionsOf({ ...query, limit: 2, cursor: first.nextCursor })
    const [low, high] = [ann, bob].sort() as [string, string]
    const seqs = { [ann]: 4, [bob]: 3 }
    expect(first.reactions).toEqual([
      { reaction: 'a', user: ann, seq: 5 },
      { reaction: 'b', user: low, seq: seqs[low] },
    ])
    expect(next).toEqual({ reactions: [{ reaction: 'b', user: high, seq: seqs[high] }] })
    expect(await readModel.reactionsOf({ ...query, reaction: 'a', limit: 2 })).toEqual({
      reactions: [{ reaction: 'a', user: ann, seq: 5 }],
    })
    const one = await readModel.reactionsOf({ ...query, reaction: 'b', limit: 1 })
    if (typeof one === 'string') throw new Error(one)
    await act(react(ann, id, 'c'))
    expect(await readModel.reactionsOf({ ...query, limit: 2, cursor: one.nextCursor })).toEqual(next)
    expect(await readModel.reactionsOf({ ...query, reader: stranger, limit: 2 })).toBe('forbidden')
    expect(await readModel.reactionsOf({ ...query, message: room, limit: 2 })).toBe('unknown_message')
  })

  it('lists threads, messages outside of them, and pinned messages', async () => {
    const { ann, bob, room, post, remove, pin, act, codes, page, readModel, id } = await start()
    const [reply, last] = [randomUUID(), randomUUID()]
    await act(post(ann, 'root', {}, id), post(bob, 'plain'), post(bob, 'reply', { thread: id, reply_to: id }, reply))
    await act(post(ann, 'last', { thread: id }, last), pin(ann, reply), remove(ann, last))
    expect(await codes(post(ann, 'deeper', { thread: reply }))).toEqual(['invalid'])
    expect(await codes(post(ann, 'late', { thread: last }), post(ann, 'late', { reply_to: last }))).toEqual([
      'unknown_message',
      'unknown_message',
    ])
    expect(seqsOf(await page(ann, { thread: id }))).toEqual([4, 5])
    expect(seqsOf(await page(ann, { replies: false }))).toEqual([2, 3])
    expect(seqsOf(await page(ann, { pinned: true }))).toEqual([4])
    expect(await walk(readModel, room, bob, { thread: id, limit: 1, after: 0 })).toEqual([[4], [5]])
    expect(await walk(readModel, room, bob, { replies: false, limit: 1 })).toEqual([[3], [2]])
    const { messages } = await page()
    expect(messages[0]).toMatchObject({ replies: { count: 1, lastSeq: 5 } })
    expect(messages[2]).toMatchObject({ isPinned: true })
  })

  it('returns the versions of a message, and of a deleted one only the tombstone', async () => {
    const { ann, bob, stranger, room, post, edit, remove, act, readModel, id } = await start()
    await act(post(bob, 'one', {}, id), edit(bob, id, 'two'), edit(bob, id, 'three'))
    const query = { room, message: id, reader: ann, limit: 2 }
    const first = await readModel.versionsOf(query)
    if (typeof first === 'string') throw new Error(first)
    expect(first.versions.map((version) => [version.seq, bodyOf(version)])).toMatchObject([
      [2, { msg: 'one' }],
      [3, { id, msg: 'two' }],
    ])
    expect(await readModel.versionsOf({ ...query, cursor: first.nextCursor })).toMatchObject({ versions: [{ seq: 4 }] })
    expect(await readModel.versionsOf({ ...query, reader: stranger })).toBe('forbidden')
    expect(await readModel.versionsOf({ ...query, message: room })).toBe('unknown_message')
    await act(remove(bob, id))
    const gone = await readModel.versionsOf(query)
    if (typeof gone === 'string') throw new Error(gone)
    expect(gone.versions.map(bodyOf)).toMatchObject([{ id, msg: '', deleted: true }])
    expect(await readModel.reactionsOf(query)).toBe('unknown_message')
  })

  it('ends a page at 1 MiB, of which reactions are a part', async () => {
    const { ann, room, post, react, act, readModel } = await start()
    const ids = [randomUUID(), randomUUID(), randomUUID()]
    await act(...ids.map((id) => post(ann, 'x'.repeat(340_000), {}, id)))
    expect(await walk(readModel, room, ann, { after: 0 })).toEqual([[2, 3, 4]])
    // Forty keys of 192 bytes, and the same as the reader's own reactions.
    const keys = Array.from({ length: 40 }, (_, key) => `${String(key).padStart(4, '0')}${'語'.repeat(60)}`)
    await act(...ids.flatMap((id) => keys.map((key) => react(ann, id, key))))
    expect(await walk(readModel, room, ann, { after: 0 })).toEqual([[2, 3], [4]])
    expect(await walk(readModel, room, ann, {})).toEqual([[3, 4], [2]])
  })

  it('ends a page of versions at 1 MiB', async () => {
    const { ann, room, post, edit, act, readModel, id } = await start()
    const large = 'x'.repeat(400_000)
    await act(post(ann, large, {}, id), edit(ann, id, large), edit(ann, id, large), edit(ann, id, 'short'))
    const pages: number[][] = []
    let cursor: string | undefined
    do {
      const page = await readModel.versionsOf({ room, message: id, reader: ann, limit: 50, cursor })
      if (typeof page === 'string') throw new Error(page)
      pages.push(page.versions.map(({ seq }) => seq))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(pages).toEqual([
      [2, 3],
      [4, 5],
    ])
  })

  it('orders chats by messages and changes of the membership only', async () => {
    const one = await start()
    const { store, readModel } = opened()
    const other = await roomWithChanges(store, one)
    await one.act(one.post(one.ann, 'hi', {}, one.id))
    await other.act(other.post(one.ann, 'hi'))
    const order = async () => (await readModel.chatsOf({ user: one.ann, limit: 5 })).chats.map((chat) => chat.id)
    expect(await order()).toEqual([other.room, one.room])
    await one.act(one.edit(one.ann, one.id, 'later'), one.react(one.ann, one.id, '+'))
    expect(await order()).toEqual([other.room, one.room])
    await one.act(one.pin(one.ann, one.id), one.post(one.ann, 'newest'), one.pin(one.ann, one.id, false))
    expect(await order()).toEqual([one.room, other.room])
  })
}
