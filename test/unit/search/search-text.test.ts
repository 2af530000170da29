import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchText, whyNotSearchable } from '../../../shared/search/search-text.ts'
import { authorTerm, termsOf } from '../../../shared/search/terms.ts'
import { wordsOf } from '../../../shared/search/words.ts'

/** Texts of many scripts, with marks, pictographs and punctuation. */
const anyText = fc.string({ unit: 'grapheme', maxLength: 60 })

describe('the terms of a text', () => {
  it('contain all terms of a search for any of its words', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const terms = new Set(termsOf(text))
        for (const { from, to } of wordsOf(text)) {
          for (const term of searchText(text.slice(from, to)).terms) expect(terms.has(term), text).toBe(true)
        }
      }),
    )
  })

  it('are the same for each form of Unicode normalisation and of case', () => {
    fc.assert(
      fc.property(fc.constantFrom('Crème ΟΔΟΣ Ёлка', 'ガラス が Ｗｉｄｅ', 'قَرَأْتُ كِتَابًا', '한국어 ǅ'), (text) => {
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) expect(termsOf(text.normalize(form))).toEqual(termsOf(text))
        expect(termsOf(text.toLowerCase())).toEqual(termsOf(text))
      }),
    )
  })

  it('are at most 500, each short enough for a key of an index, and none is that of an author', () => {
    const words = Array.from({ length: 900 }, (_, index) => `w${index}`).join(' ')
    expect(termsOf(words)).toHaveLength(500)
    expect(termsOf('漢字'.repeat(4_000).slice(0, 8_000))).toHaveLength(4)
    const [longest = ''] = termsOf('𝒳é'.repeat(8_000))
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(256)
    expect(termsOf(authorTerm('01a20e3b-6107-7742-ac5b-fcb05f0baa1b')).some((term) => term.includes('@'))).toBe(false)
  })
})

describe('a search in a text', () => {
  it('finds each text by itself, and its places are words of the text in order and without overlaps', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (whyNotSearchable(text) !== undefined) return
        const places = searchText(text).find(text)
        expect(places?.length).toBeGreaterThan(0)
        for (const [index, [from, to]] of (places ?? []).entries()) {
          expect(from).toBeLessThan(to)
          expect(to).toBeLessThanOrEqual(text.length)
          expect(from).toBeGreaterThanOrEqual(places?.[index - 1]?.[1] ?? 0)
        }
      }),
    )
  })

  it('joins overlapping places, and reports at most 50', () => {
    expect(searchText('東京 京都').find('東京都')).toEqual([[0, 3]])
    expect(searchText('a').find('a '.repeat(80))).toHaveLength(50)
  })

  it('needs every word, and a run as a whole', () => {
    expect(searchText('red blue').find('red green')).toBeUndefined()
    expect(searchText('東京都').find('東京と京都')).toBeUndefined()
    expect(searchText('cat').find('concatenate')).toBeUndefined()
  })

  it('is refused without a word, and with more than 20 different words', () => {
    expect(whyNotSearchable(' …!? ')).toBe('has no letter, digit or emoji to search for')
    expect(whyNotSearchable('a b '.repeat(40))).toBeUndefined()
    expect(whyNotSearchable('a b c d e f g h i j k l m n o p q r s t u')).toBe('must have at most 20 words')
  })
})
