import { describe, expect, it } from 'vitest'
import { problemsOfRuns, seedParts } from '../world/simulation-seeds.ts'
import { simulatePeople } from './simulate-people.ts'

const parts = seedParts(4, 60).map((seeds, part) => ({ seeds, part }))

describe('People under seeded interleavings', () => {
  it.each(parts)(
    'have one direct chat for each pair, blocks that hold, and each change of a profile once (part $part)',
    { timeout: 120_000 },
    async ({ seeds }) => {
      expect(await problemsOfRuns(seeds, simulatePeople)).toEqual([])
    },
  )

  it('make one direct chat by a thousand simultaneous requests of both users (J9)', { timeout: 120_000 }, async () => {
    const { problems, history, events } = await simulatePeople(1, { openings: 25, devices: 20 })
    expect(problems).toEqual([])
    expect(history.openings.length).toBeGreaterThanOrEqual(1_000)
    expect(events.filter(({ type }) => type === 'ChatCreated')).toHaveLength(1)
  })

  it('open, block, unblock and rename in a few runs, and are refused at times', async () => {
    const runs = await Promise.all([1, 2, 3].map((seed) => simulatePeople(seed)))
    const all = runs.flatMap(({ history }) => [...history.openings, ...history.blockings, ...history.renamings])
    expect(all.length).toBeGreaterThan(50)
    const refused = runs.flatMap(({ history }) => history.openings).filter(({ outcome }) => outcome.error !== undefined)
    expect(refused.length).toBeGreaterThan(0)
    const types = new Set(runs.flatMap(({ events }) => events.map(({ type }) => type)))
    expect([...types].toSorted()).toEqual(['BlockSet', 'ChatCreated', 'UserCreated', 'UserUpdated'])
  })
})
