import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OpenStore } from '../stored-chat.ts'
import { append, at, chatCreated, fillRoom, messagePosted } from '../stored-chat.ts'
import type { Range } from './listing.ts'
import { list, seqsOf, walk } from './listing.ts'

/** The room has messages at seqs 2 to 11, message n at n seconds. Each case has a range and its pages of at most three messages. */
const cases: readonly (readonly [string, Range, readonly (readonly number[])[]])[] = [
  [
    'after a seq, continuing to newer ones',
    { after: 5 },
    [
      [6, 7, 8],
      [9, 10, 11],
    ],
  ],
  ['after a seq without a message', { after: 0 }, [[2, 3, 4], [5, 6, 7], [8, 9, 10], [11]]],
  ['after the last', { after: 11 }, [[]]],
  ['before a seq, continuing to older ones', { before: 6 }, [[3, 4, 5], [2]]],
  ['before the first', { before: 2 }, [[]]],
  [
    'between two seqs, both exclusive',
    { after: 3, before: 9 },
    [
      [4, 5, 6],
      [7, 8],
    ],
  ],
  ['from an instant on, inclusive', { from: at(8_000) }, [[8, 9, 10], [11]]],
  ['from an instant between two messages', { from: at(8_001) }, [[9, 10, 11]]],
  ['up to an instant, exclusive', { to: at(6_000) }, [[3, 4, 5], [2]]],
  [
    'from one instant to another',
    { from: at(4_000), to: at(9_000) },
    [
      [4, 5, 6],
      [7, 8],
    ],
  ],
  ['from an instant to the same', { from: at(4_000), to: at(4_000) }, [[]]],
  ['from a later instant to an earlier one', { from: at(9_000), to: at(4_000) }, [[]]],
  ['after a seq and up to an instant', { after: 4, to: at(9_000) }, [[5, 6, 7], [8]]],
  ['from an instant and before a seq', { from: at(4_000), before: 8 }, [[4, 5, 6], [7]]],
  ['after everything, from before everything', { after: 1, from: at(-5_000) }, [[2, 3, 4], [5, 6, 7], [8, 9, 10], [11]]],
  ['from the first year on', { from: '0000-01-01T00:00:00.000Z' }, [[2, 3, 4], [5, 6, 7], [8, 9, 10], [11]]],
  ['up to beyond the last four-digit year', { to: '+010000-01-01T11:59:59.000Z' }, [[9, 10, 11], [6, 7, 8], [3, 4, 5], [2]]],
  ['after the largest seq', { after: Number.MAX_SAFE_INTEGER }, [[]]],
]

export const messageRangeTests = (opened: () => OpenStore): void => {
  it.each(cases)('lists %s', async (_title, range, pages) => {
    const { store, readModel } = opened()
    const ann = randomUUID()
    const room = await fillRoom(store, [ann], 10)
    expect(await walk(readModel, room, ann, { ...range, limit: 3 })).toEqual(pages)
    expect(await walk(readModel, room, ann, { ...range, limit: 3 }, true)).toEqual(pages)
  })

  it('includes all messages with the same instant, or none', async () => {
    const { store, readModel } = opened()
    const [ann, room] = [randomUUID(), randomUUID()]
    const times = [5, 5, 5, 5, 6, 6]
    await append(
      store,
      chatCreated(room, [ann], { at: at(1) }),
      ...times.map((ms, index) => messagePosted(room, index + 2, ann, { at: at(ms) })),
    )
    expect(await walk(readModel, room, ann, { from: at(5), to: at(6), limit: 3 })).toEqual([[2, 3, 4], [5]])
    expect(await walk(readModel, room, ann, { from: at(6), limit: 1 })).toEqual([[6], [7]])
    expect(seqsOf(await list(readModel, room, ann, { to: at(5) }))).toEqual([])
  })
}
