import { describe, expect, it } from 'vitest'
import { simulateWriter } from '../../support/writer-simulation/simulate-writer.ts'

/** `SIMULATION_SEED=7 SIMULATION_RUNS=1` replays one run. */
const firstSeed = Number(process.env.SIMULATION_SEED ?? 1)
const runs = Number(process.env.SIMULATION_RUNS ?? 200)
const parts = 4

describe('Writers under seeded faults of store, log and process', () => {
  it.each(Array.from({ length: parts }, (_, part) => part))(
    'decide every command once, rightly and in order (part %i)',
    { timeout: 120_000 },
    async (part) => {
      const problems: string[] = []
      for (let seed = firstSeed + part; seed < firstSeed + runs; seed += parts) {
        const run = await simulateWriter(seed)
        problems.push(...run.problems.map((problem) => `seed ${seed}: ${problem}`))
      }
      expect(problems).toEqual([])
    },
  )

  it('are replayed by their seed', async () => {
    const [first, second] = [await simulateWriter(42), await simulateWriter(42)]
    expect(second.events).toEqual(first.events)
  })

  it('meet every fault in a few runs', async () => {
    const sum = { stale: 0, losses: 0, failOvers: 0, writers: 0 }
    for (let seed = 1; seed <= 5; seed += 1) {
      const { counts, events } = await simulateWriter(seed)
      for (const name of ['stale', 'losses', 'failOvers', 'writers'] as const) sum[name] += counts[name]
      expect(events.length).toBeGreaterThan(20)
    }
    expect(Math.min(...Object.values(sum))).toBeGreaterThan(3)
  })
})
