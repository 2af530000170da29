import { describe, expect, it } from 'vitest'
import { createSharedBuckets } from '../../../../services/gateway/limits/shared-buckets.ts'
import type { VirtualClock } from '../../simulation/virtual-clock.ts'
import { clockOf, rate, sharedIn, takeAll } from './limits-rig.ts'

/** Takes tokens as fast as possible for this long, and returns their number. */
const flood = async (clock: VirtualClock, take: (cost: number) => number | undefined, forMs: number): Promise<number> => {
  let got = 0
  for (let ms = 0; ms < forMs; ms += 10) {
    for (let tries = 0; tries < 3; tries += 1) got += take(1) === undefined ? 1 : 0
    await clock.run(10)
  }
  return got
}

describe('A bucket that several gateways share', () => {
  it('grants one burst and one rate over two gateways, plus at most a part of a burst', async () => {
    const clock = clockOf()
    const { rateLimitStore } = sharedIn(clock)
    const [one, two] = [createSharedBuckets(rateLimitStore, clock), createSharedBuckets(rateLimitStore, clock)]
    const [here, there] = [one.hold('k', rate), two.hold('k', rate)]
    let got = 0
    for (let ms = 0; ms < 60_000; ms += 20) {
      got += here.take(1) === undefined ? 1 : 0
      got += there.take(1) === undefined ? 1 : 0
      await clock.run(20)
    }
    expect(got).toBeGreaterThanOrEqual(20 + 60 - 5)
    expect(got).toBeLessThanOrEqual(20 + 60 + 5)
  })

  it('pays back tokens that two gateways granted at the same moment', async () => {
    const clock = clockOf()
    const { rateLimitStore } = sharedIn(clock)
    const [one, two] = [createSharedBuckets(rateLimitStore, clock), createSharedBuckets(rateLimitStore, clock)]
    const [here, there] = [one.hold('k', rate), two.hold('k', rate)]
    expect(takeAll(here) + takeAll(there)).toBe(40)
    await clock.run(100)
    let got = 0
    for (let second = 0; second < 20; second += 1) {
      for (const { take } of [here, there]) got += take(1) === undefined ? 1 : 0
      await clock.run(1_000)
    }
    expect(got).toBeLessThanOrEqual(2)
    await clock.run(3_000)
    expect(takeAll(here)).toBeGreaterThan(0)
  })

  it('limits a user who moves to another gateway', async () => {
    const clock = clockOf()
    const { rateLimitStore } = sharedIn(clock)
    const [one, two] = [createSharedBuckets(rateLimitStore, clock), createSharedBuckets(rateLimitStore, clock)]
    const here = one.hold('k', rate)
    expect(takeAll(here)).toBe(20)
    await clock.run(100)
    const there = two.hold('k', rate)
    const got = await flood(clock, there.take, 1_000)
    expect(got).toBeLessThanOrEqual(3 + 1)
  })

  it('grants each gateway its own share while the store of charges is unavailable, and the whole rate afterwards', async () => {
    const clock = clockOf()
    const { rateLimitStore, state } = sharedIn(clock)
    const buckets = createSharedBuckets(rateLimitStore, clock)
    const held = buckets.hold('k', rate)
    state.isDown = true
    held.take(1)
    await clock.run(100)
    expect(await flood(clock, held.take, 60_000)).toBeLessThanOrEqual(10 + 30 + 1)
    state.isDown = false
    held.take(1)
    await clock.run(60_000)
    held.take(1)
    await clock.run(60_000)
    expect(await flood(clock, held.take, 10_000)).toBeGreaterThanOrEqual(20 + 8)
  })

  it('reports many charges in one call', async () => {
    const clock = clockOf()
    const { rateLimitStore, charges } = sharedIn(clock)
    const held = createSharedBuckets(rateLimitStore, clock).hold('k', { perMinute: 6_000, burst: 1_000 })
    for (let second = 0; second < 60; second += 1) {
      for (let spent = 0; spent < 10; spent += 1) held.take(1)
      await clock.run(1_000)
    }
    expect(charges.reduce((sum, { cost }) => sum + cost, 0)).toBeGreaterThan(500)
    expect(charges.length).toBeLessThanOrEqual(12)
  })

  it('does not charge the bucket of another key', async () => {
    const clock = clockOf()
    const buckets = createSharedBuckets(undefined, clock)
    expect(takeAll(buckets.hold('a', rate))).toBe(20)
    expect(takeAll(buckets.hold('b', rate))).toBe(20)
    expect(buckets.hold('a', rate).take(1)).toBe(1_000)
  })

  it('is removed only when it is full and no session holds it', async () => {
    const clock = clockOf()
    const buckets = createSharedBuckets(undefined, clock)
    const [spent, kept] = [buckets.hold('spent', { perMinute: 5, burst: 20 }), buckets.hold('kept', rate)]
    takeAll(spent)
    spent.release()
    await clock.run(61_000)
    expect(buckets.size).toBe(2)
    await clock.run(240_000)
    expect(buckets.size).toBe(1)
    kept.release()
    kept.release()
    await clock.run(61_000)
    expect(buckets.size).toBe(0)
  })
})
