import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Message } from '../../../shared/domain/events.ts'
import type { SearchIndex, SearchQuery } from '../../../shared/ports/search-index.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { indexedRoom } from './indexed-room.ts'
import type { BoundedSearchStore, OpenSearchStore } from './open-search-store.ts'

const firstMs = Date.parse('2026-03-01T00:00:00.000Z')
const [roomCount, batches, messagesOfBatch] = [6, 6, 12]

/** Words of very different frequency; `early` and `late` are never in the same message, and `even` and `odd` neither. */
const wordsOf = (drawn: readonly number[], batch: number, index: number): readonly string[] => [
  ...new Set(drawn.map((number) => `w${Math.floor(number ** 3 / 2_000)}`)),
  batch < batches / 2 ? 'early' : 'late',
  index % 2 === 0 ? 'even' : 'odd',
]

const drawnWords = fc.array(fc.integer({ min: 0, max: 24 }), { minLength: 1, maxLength: 5 })
/** Milliseconds between two messages: often none. */
const drawnPause = fc.constantFrom(0, 0, 0, 1, 7, 60_000, 40 * 86_400_000)
const drawnBatch = fc.array(fc.tuple(drawnWords, drawnPause, fc.boolean()), {
  minLength: messagesOfBatch,
  maxLength: messagesOfBatch,
})

interface KnownMessage {
  readonly room: string
  readonly author: string
  readonly created_at: string
  readonly seq: number
  readonly words: readonly string[]
}

/** Rooms of two users with messages at equal and very different times; `known` has all messages. */
const randomRooms = async (opened: OpenSearchStore) => {
  const { ann, bob, ...first } = await indexedRoom(opened)
  const more = Array.from({ length: roomCount - 1 }, () => indexedRoom(opened, { ann, bob }))
  const rooms = [first, ...(await Promise.all(more))]
  const drawn = fc.sample(drawnBatch, { seed: 7, numRuns: roomCount * batches })
  const known: KnownMessage[] = []
  for (const [number, messages] of drawn.entries()) {
    const [room, batch] = [rooms[number % roomCount] ?? first, Math.floor(number / roomCount)]
    let ms = firstMs + batch * 86_400_000
    const commands = messages.map(([numbers, pause, isBob], index): Command => {
      ms += pause
      const text = wordsOf(numbers, batch, index).join(' ')
      return { ...room.post(isBob ? bob : ann, text), at: new Date(ms).toISOString() }
    })
    for (const outcome of await room.write(...commands)) {
      if (typeof outcome === 'string') throw new Error(outcome)
      const { msg, user_id: author, created_at } = JSON.parse(outcome.data) as Message
      known.push({ room: room.room, author, created_at, seq: outcome.seq, words: msg.split(' ') })
    }
  }
  return { ann, bob, rooms: rooms.map(({ room }) => room), known }
}

const newestFirst = (one: KnownMessage, other: KnownMessage): number =>
  other.created_at.localeCompare(one.created_at) || other.room.localeCompare(one.room) || other.seq - one.seq

const isMatch =
  ({ text, chats, author, from = '', to = '9' }: SearchQuery) =>
  (message: KnownMessage): boolean =>
    text.split(' ').every((word) => message.words.includes(word)) &&
    (chats?.includes(message.room) ?? true) &&
    (author === undefined || author === message.author) &&
    message.created_at >= from &&
    message.created_at < to

/** The messages on all pages, and the number of pages. */
const allPages = async (index: SearchIndex, query: SearchQuery) => {
  const found: string[] = []
  let [pages, cursor]: [number, string | undefined] = [0, undefined]
  do {
    const page = await index.search({ ...query, cursor })
    expect(page.messages.length).toBeLessThanOrEqual(query.limit)
    found.push(...page.messages.map(({ room, seq }) => `${room} ${seq}`))
    pages += 1
    cursor = page.nextCursor
  } while (cursor !== undefined && pages < 2_000)
  return { found, pages }
}

type Rooms = Awaited<ReturnType<typeof randomRooms>>

const drawnQuery = ({ ann, bob, rooms, known }: Rooms) => {
  const word = fc.constantFrom('w0', 'w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'early', 'late', 'even', 'odd', 'nowhere')
  const instant = fc.constantFrom(...known.map(({ created_at }) => created_at))
  return fc.record(
    {
      reader: fc.constantFrom(ann, bob),
      text: fc.uniqueArray(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' ')),
      chats: fc.option(fc.subarray(rooms, { minLength: 1 }), { nil: undefined }),
      author: fc.option(fc.constantFrom(ann, bob), { nil: undefined, freq: 3 }),
      from: fc.option(instant, { nil: undefined, freq: 2 }),
      to: fc.option(instant, { nil: undefined, freq: 2 }),
      limit: fc.integer({ min: 5, max: 40 }),
    },
    { requiredKeys: ['reader', 'text', 'limit'] },
  )
}

export const randomSearchTests = (opened: () => BoundedSearchStore): void => {
  it('finds on all pages together exactly the messages that a naive search finds, in the same order', async () => {
    const rooms = await randomRooms(opened())
    let morePages = 0
    const check = async (query: SearchQuery): Promise<void> => {
      const expected = rooms.known
        .filter(isMatch(query))
        .toSorted(newestFirst)
        .map(({ room, seq }) => `${room} ${seq}`)
      const full = await allPages(opened().searchIndex, query)
      expect(full.found).toEqual(expected)
      expect(full.pages).toBe(Math.max(1, Math.ceil(expected.length / query.limit)))
      const bounded = await allPages(opened().boundedIndex, query)
      expect(bounded.found).toEqual(expected)
      morePages += bounded.pages - full.pages
    }
    await fc.assert(fc.asyncProperty(drawnQuery(rooms), check), { numRuns: 60 })
    // Otherwise the bounds of work were never reached.
    expect(morePages).toBeGreaterThan(20)
  }, 60_000)
}
