import { describe, expect, it } from 'vitest'
import { parseDistribution } from '../../../support/load/distribution.ts'
import { createLatencies } from '../../../support/load/latencies.ts'
import { numbering } from '../../../support/load/numbering.ts'
import { planPopulation } from '../../../support/load/population.ts'
import { seededRandom } from '../../../support/simulation/random.ts'

describe('a distribution', () => {
  it('stays within what it says', () => {
    const random = seededRandom(1)
    for (const [text, least, most] of [
      ['7', 7, 7],
      ['2-5', 2, 5],
      ['zipf:100', 1, 100],
    ] as const) {
      const draw = parseDistribution(text)
      const drawn = Array.from({ length: 2_000 }, () => draw(random))
      expect(Math.min(...drawn)).toBe(least)
      expect(Math.max(...drawn)).toBe(most)
    }
  })

  it('by zipf is mostly small', () => {
    const draw = parseDistribution('zipf:100')
    const random = seededRandom(1)
    const small = Array.from({ length: 1_000 }, () => draw(random)).filter((value) => value <= 10).length
    expect(small).toBeGreaterThan(400)
  })

  it('that is none is refused with the forms there are', () => {
    for (const text of ['', 'many', '0', '-3', '5-2', '1-2-3', 'zipf:', '1.5'])
      expect(() => parseDistribution(text)).toThrow(/wanted: a number|upside down/)
  })
})

describe('a population', () => {
  it('is the same from the same seed, and leaves nobody out', () => {
    const options = { users: 50, rooms: 20, roomSize: '2-8', seed: 3 }
    const [one, other] = [planPopulation(options), planPopulation(options)]
    expect([...one.members]).toEqual([...other.members])
    expect(new Set([...one.members.values()].flat()).size).toBe(50)
    for (const [room, members] of one.members) for (const user of members) expect(one.roomsOf(user)).toContain(room)
  })
})

describe('numbers', () => {
  it('of several processes are never the same, and never 0', () => {
    const hands = [0, 1, 2].map((process) => numbering(process, 3))
    const drawn = hands.flatMap((next) => Array.from({ length: 100 }, next))
    expect(new Set(drawn).size).toBe(300)
    expect(Math.min(...drawn)).toBe(1)
  })
})

describe('latencies', () => {
  it('of two processes are put together', () => {
    const [one, other] = [createLatencies(), createLatencies()]
    for (let ms = 1; ms <= 50; ms += 1) one.record(ms)
    for (let ms = 51; ms <= 100; ms += 1) other.record(ms)
    one.add(other.encode())
    const { count, p50, p99, max } = one.summary()
    expect(count).toBe(100)
    expect(p50).toBeCloseTo(50, 0)
    expect(p99).toBeCloseTo(99, 0)
    expect(max).toBeCloseTo(100, 0)
  })

  it('of nothing are zero', () => {
    expect(createLatencies().summary()).toMatchObject({ count: 0, mean: 0, p50: 0, max: 0 })
  })
})
