import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../../../services/gateway/limits/token-bucket.ts'
import { clockOf, rate, takeAll } from './limits-rig.ts'

describe('A token bucket', () => {
  it('grants a burst, then returns how long to wait, then grants the rate per minute', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    expect(takeAll(bucket)).toBe(20)
    expect(bucket.take(1)).toBe(1_000)
    expect(bucket.take(5)).toBe(5_000)
    await clock.run(999)
    expect(bucket.take(1)).toBe(1)
    await clock.run(1)
    expect(takeAll(bucket)).toBe(1)
    await clock.run(10_000)
    expect(takeAll(bucket)).toBe(10)
  })

  it('holds at most one burst', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    await clock.run(3_600_000)
    expect(takeAll(bucket)).toBe(20)
    expect(bucket.isFull).toBe(false)
    await clock.run(20_000)
    expect(bucket.isFull).toBe(true)
    bucket.take(-100)
    expect(takeAll(bucket)).toBe(20)
  })

  it('grants a cost above the burst only when the bucket is full', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    expect(bucket.take(1_000)).toBeUndefined()
    expect(bucket.take(1_000)).toBe(20_000)
    await clock.run(20_000)
    expect(bucket.take(1_000)).toBeUndefined()
  })

  it('grants only the given share of rate and burst', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    expect(takeAll({ take: (cost) => bucket.take(cost, 1 / 4) })).toBe(5)
    await clock.run(4_000)
    expect(takeAll({ take: (cost) => bucket.take(cost, 1 / 4) })).toBe(1)
  })
})
