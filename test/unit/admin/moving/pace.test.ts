import { describe, expect, it } from 'vitest'
import { createPace } from '../../../../services/admin/moving/pace.ts'

describe('The pace of an import', () => {
  it('grows while the service stores groups in time, and falls when it does not', () => {
    const pace = createPace()
    const first = pace.lines
    for (let group = 0; group < 100; group += 1) expect(pace.note(pace.lines, 100)).toBe(0)
    const high = pace.lines
    expect(high).toBeGreaterThan(first * 10)
    for (let group = 0; group < 3; group += 1) pace.note(pace.lines, 400)
    expect(pace.lines).toBeLessThan(high / 2)
    for (let group = 0; group < 100; group += 1) pace.note(pace.lines, 400)
    expect(pace.lines).toBe(first)
  })

  it('does not grow by groups that are smaller than permitted', () => {
    const pace = createPace()
    const first = pace.lines
    pace.note(1, 1)
    expect(pace.lines).toBe(first)
  })

  it('falls at once and rests while others publish commands, and longer while the writers are behind', () => {
    const pace = createPace()
    const first = pace.lines
    for (let group = 0; group < 100; group += 1) pace.note(pace.lines, 100)
    pace.noteTraffic({ commands: 3, lag: 3 })
    expect(pace.lines).toBe(first)
    expect(pace.note(pace.lines, 10)).toBe(30)
    const grown = pace.lines
    expect(grown).toBeGreaterThan(first)
    expect(pace.note(grown, 100)).toBe(300)
    expect(pace.lines).toBeLessThan(grown)
    pace.noteTraffic({ commands: 3, lag: 5_000 })
    expect(pace.note(pace.lines, 30)).toBe(300)
    pace.noteTraffic({ commands: 0, lag: 0 })
    expect(pace.note(pace.lines, 30)).toBe(0)
  })
})
