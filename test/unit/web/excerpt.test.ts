import { describe, expect, it } from 'vitest'
import { excerptOf } from '../../../services/web/src/model/excerpt.ts'

const textOf = (parts: ReturnType<typeof excerptOf>): string =>
  parts.map(({ text, isMarked }) => (isMarked ? `[${text}]` : text)).join('')

describe('the excerpt of a found message', () => {
  it('is the whole of a short text, with all places marked', () => {
    expect(
      textOf(
        excerptOf('red and blue', [
          [0, 3],
          [8, 12],
        ]),
      ),
    ).toBe('[red] and [blue]')
  })

  it('begins a little before the first place of a long text, and says what it leaves out', () => {
    const text = `${'a'.repeat(500)} needle ${'b'.repeat(500)}`
    const excerpt = textOf(excerptOf(text, [[501, 507]]))
    expect(excerpt).toMatch(/^…a{59} \[needle\] b+…$/)
    expect(excerpt.length).toBeLessThan(220)
  })

  it('does not begin inside of a character', () => {
    const text = `${'🍕'.repeat(100)}x`
    expect(textOf(excerptOf(text, [[200, 201]]))).toBe(`…${'🍕'.repeat(30)}[x]`)
    expect(textOf(excerptOf(`a${text}`, [[201, 202]]))).toBe(`…${'🍕'.repeat(30)}[x]`)
    expect(textOf(excerptOf(`${text}xy`, [[201, 202]])).isWellFormed()).toBe(true)
  })
})
