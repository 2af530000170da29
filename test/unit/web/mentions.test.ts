import { describe, expect, it } from 'vitest'
import { begunMention, everyone, mentionPieces, mentionsIn, suggestions } from '../../../services/web/src/model/mentions.ts'

const ann = { id: 'a', name: 'Ann' }
const annLee = { id: 'b', name: 'Ann Lee' }
const targets = [ann, annLee, everyone]

describe('The mentions of a text', () => {
  it.each([
    ['hello @Ann!', ['a']],
    ['@Ann Lee and @Ann', ['b', 'a']],
    ['@Ann @Ann', ['a']],
    ['@Annabel and ann@Ann', undefined],
    ['@all and @Ann', 'all'],
    ['nobody', undefined],
  ])('%j mentions %j', (text, expected) => {
    expect(mentionsIn(text, targets)).toEqual(expected)
  })

  it('names every member of a name that several have, because the text does not tell which one is meant', () => {
    const twins = [
      { id: 'one', name: 'Bob' },
      { id: 'two', name: 'Bob' },
      { id: 'three', name: 'Eve' },
    ]
    expect(mentionsIn('Hi @Bob', [everyone, ...twins])).toEqual(['one', 'two'])
  })

  it('cuts a text into pieces that make up the text', () => {
    const text = 'To @Ann Lee, @Ann and @nobody'
    const pieces = mentionPieces(text, targets)
    expect(pieces.map((piece) => piece.text).join('')).toBe(text)
    expect(pieces.map(({ target }) => target?.id)).toEqual([undefined, 'b', undefined, 'a', undefined])
  })
})

describe('A begun mention', () => {
  it.each([
    ['@', 1, { start: 0, query: '' }],
    ['hi @An', 6, { start: 3, query: 'An' }],
    ['hi @Ann Le', 10, { start: 3, query: 'Ann Le' }],
    ['mail@ann', 8, undefined],
    ['@ ann', 5, undefined],
    ['no', 2, undefined],
    ['@Ann', 0, undefined],
  ])('of %j with the cursor at %i is %j', (text, cursor, expected) => {
    expect(begunMention(text, cursor)).toEqual(expected)
  })

  it('is completed by names with a word that begins like it, in any case', () => {
    expect(suggestions(targets, 'le')).toEqual([annLee])
    expect(suggestions(targets, 'AN')).toEqual([ann, annLee])
    expect(suggestions(targets, '')).toEqual(targets)
  })
})
