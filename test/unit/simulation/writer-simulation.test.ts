import { describe, expect, it } from 'vitest'
import { problemsOfRuns, seedParts } from './world/simulation-seeds.ts'
import { simulateWriter } from './writers/simulate-writer.ts'

const parts = seedParts(4, 200).map((seeds, part) => ({ seeds, part }))

describe('Writers under seeded faults of store, log and process', () => {
  it.each(parts)('decide every command once, correctly and in order (part $part)', { timeout: 120_000 }, async ({ seeds }) => {
    expect(await problemsOfRuns(seeds, simulateWriter)).toEqual([])
  })

  it.each(parts)(
    'answer repeats of deleted messages without their content, and store none of it, while messages change (part $part)',
    { timeout: 120_000 },
    async ({ seeds }) => {
      expect(await problemsOfRuns(seeds, (seed) => simulateWriter(seed, { isLiving: true }))).toEqual([])
    },
  )

  it('do the same again under the same seed', async () => {
    const [first, second] = [await simulateWriter(42), await simulateWriter(42)]
    expect(second.events).toEqual(first.events)
  })

  it('meet every fault several times in a few runs', async () => {
    const sum = { stale: 0, losses: 0, failOvers: 0, writers: 0 }
    for (let seed = 1; seed <= 10; seed += 1) {
      const { counts, events } = await simulateWriter(seed)
      for (const name of ['stale', 'losses', 'failOvers', 'writers'] as const) sum[name] += counts[name]
      expect(events.length).toBeGreaterThan(20)
    }
    expect(Math.min(...Object.values(sum))).toBeGreaterThan(3)
  })
})
