import { describe, expect, it } from 'vitest'
import { simulateApps } from '../../support/client-simulation/simulate-apps.ts'

/** `SIMULATION_SEED=7 SIMULATION_RUNS=1` replays one run. */
const firstSeed = Number(process.env.SIMULATION_SEED ?? 1)
const runs = Number(process.env.SIMULATION_RUNS ?? 60)
const parts = 4

describe('Applications on the client, under seeded interleavings', () => {
  it.each(Array.from({ length: parts }, (_, part) => part))(
    'have the exact history of every room, and every call settled (part %i)',
    { timeout: 120_000 },
    async (part) => {
      const problems: string[] = []
      for (let seed = firstSeed + part; seed < firstSeed + runs; seed += parts)
        problems.push(...(await simulateApps(seed)).problems.map((problem) => `seed ${seed}: ${problem}`))
      expect(problems).toEqual([])
    },
  )
})
