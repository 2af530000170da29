import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Message } from '../../../shared/domain/events.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'
import type { SearchQuery } from '../../../shared/ports/search-index.ts'
import { indexedRoom } from './indexed-room.ts'
import type { OpenSearchStore } from './open-search-store.ts'

/** The texts on all pages, and the number of pages. */
const allPages = async ({ searchIndex }: OpenSearchStore, query: SearchQuery) => {
  const [texts, sizes]: [string[], number[]] = [[], []]
  let cursor: string | undefined
  do {
    const page = await searchIndex.search({ ...query, cursor })
    texts.push(...page.messages.map(({ data }) => (JSON.parse(data) as Message).msg))
    sizes.push(page.messages.length)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return { texts, sizes }
}

export const pageTests = (opened: () => OpenSearchStore): void => {
  it('lists matches of many chats newest first, each once, on pages of any size', async () => {
    const people = { ann: randomUUID(), bob: randomUUID() }
    const rooms = await Promise.all(Array.from({ length: 7 }, () => indexedRoom(opened(), people)))
    const texts: string[] = []
    for (let count = 0; count < 40; count += 1) {
      const room = rooms[(count * count) % rooms.length]
      await room?.write(room.post(people.ann, `entry ${count}`), room.post(people.bob, 'something else'))
      texts.unshift(`entry ${count}`)
    }
    for (const limit of [1, 2, 6, 7, 39, 40, 41]) {
      const found = await allPages(opened(), { reader: people.bob, text: 'entry', limit })
      expect(found.texts).toEqual(texts)
      expect(Math.max(...found.sizes)).toBeLessThanOrEqual(limit)
    }
  })

  it('lists messages of the same time in a fixed order', async () => {
    const { ann, post, write } = await indexedRoom(opened())
    const same = Array.from({ length: 5 }, (_, index) => ({ ...post(ann, `twin ${index}`), at: '2026-01-01T00:00:00.000Z' }))
    await write(...same)
    const { texts } = await allPages(opened(), { reader: ann, text: 'twin', limit: 2 })
    expect(texts).toEqual(['twin 4', 'twin 3', 'twin 2', 'twin 1', 'twin 0'])
  })

  it('limits matches to a time range, `from` inclusive and `to` exclusive', async () => {
    const { ann, post, write, found } = await indexedRoom(opened())
    const times = ['2027-01-01T00:00:00.000Z', '2027-01-02T00:00:00.000Z', '2027-01-03T00:00:00.000Z']
    await write(...times.map((time, index) => ({ ...post(ann, `day ${index}`), at: time })))
    expect(await found(ann, 'day', { from: times[1] })).toEqual(['day 2', 'day 1'])
    expect(await found(ann, 'day', { to: times[1] })).toEqual(['day 0'])
    expect(await found(ann, 'day', { from: times[1], to: times[2] })).toEqual(['day 1'])
  })

  it('continues after matches whose messages were deleted, and leaves them out', async () => {
    const { ann, post, remove, write, act } = await indexedRoom(opened())
    const ids = Array.from({ length: 6 }, () => randomUUID())
    await write(...ids.map((id, index) => post(ann, `item ${index}`, {}, id)))
    await act(...ids.slice(1, 5).map((id) => remove(ann, id)))
    const { texts } = await allPages(opened(), { reader: ann, text: 'item', limit: 2 })
    expect(texts).toEqual(['item 5', 'item 0'])
  })

  it('ends a page at its bound of bytes', async () => {
    const { ann, post, write } = await indexedRoom(opened())
    for (let count = 0; count < 8; count += 1) {
      await write(...Array.from({ length: 10 }, (_, index) => post(ann, `heavy ${count} ${index} ${'.'.repeat(15_000)}`)))
    }
    const { texts, sizes } = await allPages(opened(), { reader: ann, text: 'heavy', limit: 200 })
    expect(texts).toHaveLength(80)
    expect(sizes.length).toBeGreaterThan(1)
  })

  it('refuses a cursor of another list', async () => {
    const { searchIndex } = opened()
    const search = searchIndex.search({ reader: randomUUID(), text: 'x', limit: 1, cursor: 'Y2hhdHM6MjA' })
    await expect(search).rejects.toThrow(CursorError)
  })

  it('finds nothing by a forged cursor of a time that a database does not have', async () => {
    const { ann, post, write } = await indexedRoom(opened())
    await write(post(ann, 'early'))
    const place = { at: '0000-01-01T00:00:00.000Z', room: randomUUID(), seq: 1 }
    const cursor = Buffer.from(JSON.stringify([1, 'found', place])).toString('base64url')
    expect(await opened().searchIndex.search({ reader: ann, text: 'early', limit: 1, cursor })).toEqual({ messages: [] })
  })
}
