import { describe, expect, it } from 'vitest'
import { createPace } from '../../../../services/admin/moving/pace.ts'

describe('The pace of an import', () => {
  it('grows while the service stores groups in time, and falls when it does not', () => {
    const pace = createPace(50)
    const first = pace.lines
    for (let group = 0; group < 100; group += 1) pace.note(pace.lines, 10)
    const high = pace.lines
    expect(high).toBeGreaterThan(first * 10)
    for (let group = 0; group < 3; group += 1) pace.note(pace.lines, 200)
    expect(pace.lines).toBeLessThan(high / 2)
    for (let group = 0; group < 100; group += 1) pace.note(pace.lines, 200)
    expect(pace.lines).toBe(first)
  })

  it('does not grow by groups that are smaller than permitted', () => {
    const pace = createPace(50)
    const first = pace.lines
    pace.note(1, 1)
    expect(pace.lines).toBe(first)
  })
})
