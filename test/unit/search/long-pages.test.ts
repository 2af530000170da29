import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { searchMessages } from '../../../infra/postgres/search/search.ts'
import { searchText } from '../../../shared/search/search-text.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const author = '00000000-0000-7000-8000-000000000001'

/** A database that finds messages with these texts. */
const foundBy = (texts: readonly string[]): Parameters<typeof searchMessages>[0] => ({
  run: async <Row>() =>
    texts.map((msg, index) => ({
      chat_id: room,
      created_at: '2026-11-24T15:45:02.232Z',
      seq: String(index + 1),
      data: JSON.stringify({ msg }),
      found: String(texts.length),
    })) as unknown as readonly Row[],
})

describe('A search that finds a page of long texts', () => {
  it('compares each text in a turn of its own, so that it does not delay other work of the gateway', async () => {
    let turns = 0
    let isOver = false
    const counting = (async () => {
      for (; !isOver; turns += 1) await nextTurn()
    })()
    const texts = Array.from({ length: 20 }, () => `${'x'.repeat(15_990)} pizza`)
    const page = await searchMessages(foundBy(texts), { reader: author, text: 'pizza', limit: 50 }, 1_048_576)
    isOver = true
    await counting
    expect(page.messages.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1))
    expect(turns).toBeGreaterThanOrEqual(19)
  })

  it('finds words at the end of texts that have other words of the search many times, and reports the first 50 places', () => {
    const { find } = searchText('東京 京都 x')
    const text = '東京都 '.repeat(60)
    expect(find(text)).toBeUndefined()
    const places = Array.from({ length: 50 }, (_, index) => [index * 4, index * 4 + 3])
    expect(find(`${text}x`)).toEqual(places)
    expect(find(`x ${text}`)?.slice(0, 2)).toEqual([
      [0, 1],
      [2, 5],
    ])
  })
})
