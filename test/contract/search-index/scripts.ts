import { expect, it } from 'vitest'
import { indexedRoom } from './indexed-room.ts'
import type { OpenSearchStore } from './open-search-store.ts'

/** A text, searches that find it with the places of the words, and searches that do not. */
const scripts: readonly (readonly [
  script: string,
  text: string,
  found: Readonly<Record<string, readonly string[]>>,
  missed: readonly string[],
])[] = [
  [
    'Latin',
    'Crème brûlée à la carte',
    { 'creme BRULEE': ['Crème', 'brûlée'], 'Carte!': ['carte'] },
    ['crem', 'brulees', 'creme cake'],
  ],
  ['letters without a decomposition', 'Straße in Łódź', { 'strasse lodz': ['Straße', 'Łódź'] }, ['strase']],
  ['Turkish', 'İstanbul', { istanbul: ['İstanbul'], ISTANBUL: ['İstanbul'] }, []],
  ['Greek', 'ΟΔΟΣ Αθηνών', { 'οδος αθηνων': ['ΟΔΟΣ', 'Αθηνών'] }, []],
  ['Cyrillic', 'Ёлка уже наряжена', { елка: ['Ёлка'], 'НАРЯЖЕНА ёлка': ['Ёлка', 'наряжена'] }, ['елк']],
  ['Arabic', 'قَرَأْتُ كِتَابًا جديدًا', { 'قرأت كتابا': ['قَرَأْتُ', 'كِتَابًا'], كتــابا: ['كِتَابًا'] }, ['كتب']],
  ['Hebrew', 'שָׁלוֹם לכולם', { שלום: ['שָׁלוֹם'] }, ['של']],
  ['Chinese', '我们明天去北京大学', { 北京: ['北京'], 京: ['京'] }, ['南京', '大学北']],
  [
    'Japanese',
    '東京都でラーメンを食べた',
    { 京都: ['京都'], 'ラーメン 東京': ['東京', 'ラーメン'], ﾗｰﾒﾝ: ['ラーメン'] },
    ['京東', 'ハーメン'],
  ],
  ['Korean', '내일 서울에서 만나요', { 서울: ['서울'], '서울 내일': ['내일', '서울'] }, ['부산']],
  ['Thai', 'พรุ่งนี้ไปกรุงเทพ', { กรุงเทพ: ['กรุงเทพ'] }, ['เชียงใหม่']],
  ['Devanagari', 'मुझे हिन्दी किताब चाहिए', { किताब: ['किताब'] }, ['कताब']],
  ['pictographs', 'Pizza 🍕🍕 tonight 🇮🇹', { '🍕': ['🍕', '🍕'], '🇮🇹 pizza': ['Pizza', '🇮🇹'] }, ['🍔']],
  ['numbers and addresses', 'Order #4711 at https://example.com/a-b', { '4711 example': ['4711', 'example'] }, ['471']],
]

export const scriptTests = (opened: () => OpenSearchStore): void => {
  it.each(scripts)('finds whole words in %s, and marks their places', async (_, text, found, missed) => {
    const { ann, post, write } = await indexedRoom(opened())
    await write(post(ann, text))
    for (const [search, words] of Object.entries(found)) {
      const { messages } = await opened().searchIndex.search({ reader: ann, text: search, limit: 10 })
      const marked = messages.flatMap(({ matches }) => matches.map(([from, to]) => text.slice(from, to)))
      expect([search, ...marked]).toEqual([search, ...words])
    }
    for (const search of missed) {
      const { messages } = await opened().searchIndex.search({ reader: ann, text: search, limit: 10 })
      expect([search, messages]).toEqual([search, []])
    }
  })

  it('finds a message only if it has all words, however frequent one of them is', async () => {
    const { ann, post, write, found } = await indexedRoom(opened())
    const frequent = Array.from({ length: 60 }, (_, index) => post(ann, `again ${index}`))
    await write(post(ann, 'again a needle'), ...frequent)
    expect(await found(ann, 'again needle')).toEqual(['again a needle'])
    expect(await found(ann, 'needle again 7')).toEqual([])
  })

  it('finds a text of more words than the index is asked for by each of them', async () => {
    const { ann, post, write, found } = await indexedRoom(opened())
    const words = Array.from({ length: 12 }, (_, index) => `word${index}`)
    await write(post(ann, words.join(' ')), post(ann, words.slice(0, -1).join(' ')))
    expect(await found(ann, words.join(' '))).toEqual([words.join(' ')])
  })
}
