import { describe, expect, it } from 'vitest'
import { problemsOfRuns, seedParts } from '../world/simulation-seeds.ts'
import { simulateSignals } from './simulate-signals.ts'

const parts = seedParts(4, 60).map((seeds, part) => ({ seeds, part }))

describe('Signals under seeded interleavings', () => {
  it.each(parts)(
    'reach only members who watch, soon or never, leave no trace, and presence converges (part $part)',
    { timeout: 120_000 },
    async ({ seeds }) => {
      expect(await problemsOfRuns(seeds, simulateSignals)).toEqual([])
    },
  )

  it('are received, and presence is known, in many runs', async () => {
    const runs = await Promise.all([1, 2, 3, 4, 5].map(simulateSignals))
    expect(runs.reduce((sum, { signals }) => sum + signals, 0)).toBeGreaterThan(100)
    expect(runs.reduce((sum, { presences }) => sum + presences, 0)).toBeGreaterThan(10)
  })
})
