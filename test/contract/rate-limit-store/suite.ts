import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Rate, RateLimitStore } from '../../../shared/ports/rate-limit-store.ts'
import { until } from '../../support/poll.ts'

/** The stores of two gateways that share their buckets. */
export interface OpenRateLimitStores extends AsyncDisposable {
  readonly near: RateLimitStore
  readonly far: RateLimitStore
}

/** So slow that no bucket gets a token while a test runs. */
const slow: Rate = { perMinute: 1, burst: 50 }
const fast: Rate = { perMinute: 60_000, burst: 50 }

export const rateLimitStoreSuite = (technology: string, open: () => Promise<OpenRateLimitStores>): void => {
  describe(`The buckets of a rate-limit store on ${technology}`, () => {
    const spend = async (from: RateLimitStore, key: string, cost: number, rate = slow): Promise<number> => {
      const [waitMs] = await from.spend([{ key, cost, rate }])
      return waitMs ?? Number.NaN
    }

    it('require no wait while they are not overdrawn, and then the time to refill the debt', async () => {
      await using ends = await open()
      const key = randomUUID()
      expect(await spend(ends.near, key, 50)).toBe(0)
      const waitMs = await spend(ends.near, key, 2)
      expect(waitMs).toBeGreaterThan(110_000)
      expect(waitMs).toBeLessThanOrEqual(120_000)
    })

    it('count each of the concurrent charges of two gateways once', async () => {
      await using ends = await open()
      const key = randomUUID()
      const spendings = Array.from({ length: 40 }, (_, index) => spend(index % 2 === 0 ? ends.near : ends.far, key, 1))
      expect(new Set(await Promise.all(spendings))).toEqual(new Set([0]))
      const waits = await Promise.all(
        Array.from({ length: 20 }, (_, index) => spend(index % 2 === 0 ? ends.near : ends.far, key, 1)),
      )
      expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(10)
      expect(Math.max(...waits)).toBeGreaterThan(590_000)
    })

    it('are overdrawn by at most one burst', async () => {
      await using ends = await open()
      const key = randomUUID()
      for (let times = 0; times < 5; times += 1) await spend(ends.far, key, 1_000)
      expect(await spend(ends.near, key, 1)).toBeLessThanOrEqual(50 * 60_000)
    })

    it('are refilled with time, up to one burst', async () => {
      await using ends = await open()
      const key = randomUUID()
      expect(await spend(ends.near, key, 60, fast)).toBeGreaterThan(0)
      await until('the bucket to be full', async () => (await spend(ends.near, key, 0, fast)) === 0)
      // Each attempt overdraws the bucket by at most a burst, which 100 ms refill.
      await until('a whole burst', async () => (await spend(ends.near, key, 50, fast)) === 0, { everyMs: 150 })
      expect(await spend(ends.near, key, 100, fast)).toBeGreaterThan(0)
    })

    it('take back returned tokens, but no more than were taken', async () => {
      await using ends = await open()
      const key = randomUUID()
      await spend(ends.near, key, 40)
      await spend(ends.far, key, -1_000)
      expect(await spend(ends.near, key, 50)).toBe(0)
      expect(await spend(ends.near, key, 1)).toBeGreaterThan(0)
    })

    it('return the waits in the order of the charges', async () => {
      await using ends = await open()
      const [empty, full] = [randomUUID(), randomUUID()]
      await spend(ends.far, empty, 50)
      const waits = await ends.near.spend([full, empty, full].map((key) => ({ key, cost: 1, rate: slow })))
      expect(waits.map((waitMs) => waitMs > 0)).toEqual([false, true, false])
      expect(await ends.near.spend([])).toEqual([])
    })

    it('are shared by a known number of gateways', async () => {
      await using ends = await open()
      await until('both gateways to be counted', () => ends.near.gateways >= 2 && ends.far.gateways >= 2)
    })

    it('reject charges after the store was closed', async () => {
      await using ends = await open()
      await ends.near.close()
      await expect(spend(ends.near, randomUUID(), 1)).rejects.toThrow()
      expect(await spend(ends.far, randomUUID(), 1)).toBe(0)
    })
  })
}
