import { describe, expect, it } from 'vitest'
import type { Change } from './mutant.ts'
import { mutate } from './mutate.ts'

const source = `
const check = (a: number, b: number) => {
  if (a > 3) return refuse('too many')
  const most = b ?? limit
  if (a > 1 && b > 1 && isOpen(b)) call(a, b)
  return a > 2 ? { first: a, second: b } : { first: b }
}
const other = () => call(1)
`

const mutated = (change: Change, fn = 'check'): string =>
  mutate(source, { rule: 'a rule', module: 'module.ts', in: fn, ...change })

const changedLine = (change: Change): string | undefined => {
  const lines = new Set(source.split('\n'))
  return mutated(change)
    .split('\n')
    .find((line) => !lines.has(line))
    ?.trim()
}

describe('A mutant', () => {
  it.each<[Change, string]>([
    [{ call: 'call' }, 'if (a > 1 && b > 1 && isOpen(b)) void 0'],
    [{ call: 'call', becomes: 'done || <original>' }, 'if (a > 1 && b > 1 && isOpen(b)) (done || call(a, b))'],
    [{ operand: 'isOpen' }, 'if (a > 1 && b > 1) call(a, b)'],
    [{ operand: 'a', beside: 'isOpen' }, 'if (b > 1 && isOpen(b)) call(a, b)'],
    [{ operand: 'limit' }, 'const most = b'],
    [{ guard: 'too many' }, ';'],
    [{ property: 'second' }, 'return a > 2 ? { first: a, ...undefined } : { first: b }'],
    [{ property: 'second', becomes: 'second: 1' }, 'return a > 2 ? { first: a, second: 1 } : { first: b }'],
    [{ conditional: 'second' }, 'return { first: a, second: b }'],
  ])('changes one place, named by %o', (change, line) => {
    expect(changedLine(change)).toBe(line)
  })

  it('can replace the body of a function', () => {
    expect(mutated({ body: 'return undefined' })).toContain('(a: number, b: number) => { return undefined }\nconst other')
  })

  it.each<[Change, string]>([
    [{ call: 'release' }, 'the call release exists 0 times'],
    [{ property: 'first' }, 'the property first exists 2 times'],
    [{ operand: 'c' }, 'the operand c exists 0 times'],
    [{ guard: 'too few' }, 'the guard too few exists 0 times'],
  ])('throws if %o does not name exactly one place', (change, message) => {
    expect(() => mutated(change)).toThrow(`no mutant of check in module.ts: ${message}`)
  })

  it('throws if the module has no function of that name', () => {
    expect(() => mutated({ body: '' }, 'renamed')).toThrow('the function exists 0 times')
  })
})
