import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Simulation } from '../../support/simulation/simulate.ts'
import { simulate } from '../../support/simulation/simulate.ts'
import type { StoreMutant } from '../../support/simulation/simulated-store.ts'

/** `SIMULATION_SEED=7 SIMULATION_RUNS=1` replays one run. */
const firstSeed = Number(process.env.SIMULATION_SEED ?? 1)
const runs = Number(process.env.SIMULATION_RUNS ?? 200)
const parts = 10

const problemsOf = async (seed: number, simulation?: Simulation): Promise<string[]> => {
  const { problems } = await simulate(seed, simulation)
  return problems.map((problem) => `seed ${seed}: ${problem}`)
}

describe('Rooms, followers and pending commands under seeded interleavings', () => {
  it.each(Array.from({ length: parts }, (_, part) => part))(
    'shows every socket one gapless order (part %i)',
    { timeout: 120_000 },
    async (part) => {
      const problems: string[] = []
      for (let seed = firstSeed + part; seed < firstSeed + runs; seed += parts) problems.push(...(await problemsOf(seed)))
      expect(problems).toEqual([])
    },
  )

  it.each(Array.from({ length: parts }, (_, part) => part))(
    'shows nothing to strangers and takes back what is forged, while an attacker publishes events and notices (part %i)',
    { timeout: 120_000 },
    async (part) => {
      const problems: string[] = []
      for (let seed = firstSeed + part; seed < firstSeed + runs; seed += parts)
        problems.push(...(await problemsOf(seed, { isForged: true })))
      expect(problems).toEqual([])
    },
  )

  it('is replayed by its seed', async () => {
    const [first, second] = [await simulate(42), await simulate(42)]
    expect(second.connections.map(({ socket }) => socket.frames)).toEqual(first.connections.map(({ socket }) => socket.frames))
  })

  it('does enough in a run to mean something', async () => {
    const { events, connections } = await simulate(7)
    expect(new Set(events.map(({ type }) => type)).size).toBe(5)
    expect(connections.length).toBeGreaterThan(3)
    expect(connections.reduce((sum, { socket }) => sum + socket.frames.length, 0)).toBeGreaterThan(50)
  })
})

/** Tries seeds until one shows the fault. */
const isCaught = async (mutant: StoreMutant): Promise<boolean> => {
  for (let seed = 1; seed <= 400; seed += 1) if ((await problemsOf(seed, { storeMutant: mutant })).length > 0) return true
  return false
}

const without = (events: readonly StoredEvent[]): StoredEvent[] =>
  events.filter(({ seq, type }) => type !== 'MessagePosted' || seq % 5 !== 0)

describe('The simulation catches', () => {
  it('a store that leaves events out of its pages', async () => {
    const mutant: StoreMutant = ({ eventStore, readModel }) => ({
      readModel,
      eventStore: {
        ...eventStore,
        readPages: async (requests) =>
          (await eventStore.readPages(requests)).map((page) => ({ ...page, events: without(page.events) })),
      },
    })
    expect(await isCaught(mutant)).toBe(true)
  })

  it('a sweep that never finds a room behind', async () => {
    const mutant: StoreMutant = ({ eventStore, readModel }) => ({
      eventStore,
      readModel: { ...readModel, changedHeads: async () => new Map() },
    })
    expect(await isCaught(mutant)).toBe(true)
  })

  it('pages that take everybody for a member', async () => {
    const mutant: StoreMutant = ({ eventStore, readModel }) => ({
      readModel,
      eventStore: {
        ...eventStore,
        readPages: async (requests) =>
          (await eventStore.readPages(requests)).map((page, index) => ({
            ...page,
            members: new Map((requests[index]?.users ?? []).map((user) => [user, { since: 0 }])),
          })),
      },
    })
    expect(await isCaught(mutant)).toBe(true)
  })
})
