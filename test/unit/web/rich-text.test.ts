import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEmojiOnly, richText } from '../../../services/web/src/model/rich-text.ts'

const kindsOf = (text: string): string[] => richText(text).map(({ kind, text: shown }) => `${kind}:${shown}`)

describe('Rich text of a message', () => {
  it('finds web and mail addresses and leaves the punctuation around them to the sentence', () => {
    expect(kindsOf('See https://example.com/a?b=1, or (http://example.org).')).toEqual([
      'text:See ',
      'link:https://example.com/a?b=1',
      'text:,',
      'text: or (',
      'link:http://example.org',
      'text:).',
    ])
    expect(kindsOf('mailto:ann@example.com')).toEqual(['link:mailto:ann@example.com'])
    expect(kindsOf('https://en.wikipedia.org/wiki/Order_(logic)')).toEqual(['link:https://en.wikipedia.org/wiki/Order_(logic)'])
  })

  it('makes no link of a scheme that is not on the list', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x']) {
      expect(kindsOf(text)).toEqual([`text:${text}`])
    }
  })

  it('shows code between backticks, in one line or in a block', () => {
    expect(kindsOf('run `npm test` now')).toEqual(['text:run ', 'code:npm test', 'text: now'])
    expect(kindsOf('```\nconst a = 1\n  b()\n```')).toEqual(['block:const a = 1\n  b()'])
    expect(kindsOf('a lone ` stays')).toEqual(['text:a lone ` stays'])
  })

  it('keeps every character of a text except the marks of code', () => {
    const joined = (text: string): string =>
      richText(text)
        .map(({ text: shown }) => shown)
        .join('')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => joined(text.replaceAll('`', '')) === text.replaceAll('`', '')),
    )
  })

  it('recognises a message of a few emoji', () => {
    for (const text of ['👍', '👨‍👩‍👧‍👦 🎉', '🇸🇪', '❤️']) expect(isEmojiOnly(text)).toBe(true)
    for (const text of ['', 'a👍', '1', '👍'.repeat(9)]) expect(isEmojiOnly(text)).toBe(false)
  })
})
