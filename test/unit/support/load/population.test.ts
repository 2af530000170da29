import { describe, expect, it } from 'vitest'
import { parseDistribution } from '../../../support/load/distribution.ts'
import { createLatencies } from '../../../support/load/latencies.ts'
import { numbering } from '../../../support/load/numbering.ts'
import { planPopulation } from '../../../support/load/population.ts'
import { seededRandom } from '../../../support/simulation/random.ts'

describe('A distribution of the load', () => {
  it('draws only numbers of its range', () => {
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

  it('draws mostly small numbers by Zipf', () => {
    const draw = parseDistribution('zipf:100')
    const random = seededRandom(1)
    const small = Array.from({ length: 1_000 }, () => draw(random)).filter((value) => value <= 10).length
    expect(small).toBeGreaterThan(400)
  })

  it('rejects an invalid text with a list of the valid forms', () => {
    for (const text of ['', 'many', '0', '-3', '5-2', '1-2-3', 'zipf:', '1.5'])
      expect(() => parseDistribution(text)).toThrow(/wanted: a number|upside down/)
  })
})

describe('The population of a load', () => {
  it('is the same for the same seed, and places every user in a room', () => {
    const options = { users: 50, rooms: 20, roomSize: '2-8', seed: 3 }
    const [one, other] = [planPopulation(options), planPopulation(options)]
    expect([...one.members]).toEqual([...other.members])
    expect(new Set([...one.members.values()].flat()).size).toBe(50)
    for (const [room, members] of one.members) for (const user of members) expect(one.roomsOf(user)).toContain(room)
  })
})

describe('The numbering of a load', () => {
  it('gives several processes different numbers, none of them 0', () => {
    const hands = [0, 1, 2].map((process) => numbering(process, 3))
    const drawn = hands.flatMap((next) => Array.from({ length: 100 }, next))
    expect(new Set(drawn).size).toBe(300)
    expect(Math.min(...drawn)).toBe(1)
  })
})

describe('The latencies of a load', () => {
  it('of two processes can be merged', () => {
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

  it('are zero when nothing was recorded', () => {
    expect(createLatencies().summary()).toMatchObject({ count: 0, mean: 0, p50: 0, max: 0 })
  })

  it('returns the durations since the previous interval, and all of them in the first one', () => {
    const [source, sum] = [createLatencies(), createLatencies()]
    source.record(5)
    sum.add(source.takeInterval())
    source.record(7)
    source.record(9)
    const second = source.takeInterval()
    sum.add(second)
    expect(sum.summary().count).toBe(3)
    const [last, next] = [createLatencies(), createLatencies()]
    last.add(second)
    next.add(source.takeInterval())
    expect([last.summary().count, next.summary().count, source.summary().count]).toEqual([2, 0, 3])
  })
})
