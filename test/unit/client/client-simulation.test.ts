import { describe, expect, it } from 'vitest'
import type { AppSabotage } from '../../support/client-simulation/simulate-apps.ts'
import { simulateApps } from '../../support/client-simulation/simulate-apps.ts'

/** `SIMULATION_SEED=7 SIMULATION_RUNS=1` replays one run. */
const firstSeed = Number(process.env.SIMULATION_SEED ?? 1)
const runs = Number(process.env.SIMULATION_RUNS ?? 40)
const parts = 4

const problemsOf = async (seed: number, sabotage?: AppSabotage): Promise<string[]> => {
  const { problems } = await simulateApps(seed, sabotage)
  return problems.map((problem) => `seed ${seed}: ${problem}`)
}

describe('Applications on the client, with seeded interleavings', () => {
  it.each(Array.from({ length: parts }, (_, part) => part))(
    'receive the exact history of every room, and every call is settled (part %i)',
    { timeout: 120_000 },
    async (part) => {
      const problems: string[] = []
      for (let seed = firstSeed + part; seed < firstSeed + runs; seed += parts) problems.push(...(await problemsOf(seed)))
      expect(problems).toEqual([])
    },
  )

  it('perform enough operations in a run', async () => {
    const runs = await Promise.all([1, 2, 3, 4, 5].map((seed) => simulateApps(seed)))
    const seen = runs.flatMap(({ apps }) => apps.flatMap((app) => app.seen.map(({ name }) => name)))
    expect(new Set(seen)).toEqual(new Set(['chat', 'message', 'members', 'left']))
    expect(seen.filter((name) => name === 'message').length).toBeGreaterThan(250)
  })
})

/** Tries seeds until one shows the fault; the first few are enough. */
const isCaught = async (sabotage: AppSabotage): Promise<boolean> => {
  for (let seed = 1; seed <= 20; seed += 1) if ((await problemsOf(seed, sabotage)).length > 0) return true
  return false
}

describe('The simulation of applications catches', () => {
  it('a service that omits `others` from the answer to a resume', async () => {
    expect(await isCaught({ garble: ({ body, ...frame }) => ({ ...frame, body: { ...body, others: undefined } }) })).toBe(true)
  })

  it('a service that answers `recovered: true` without the missed frames', async () => {
    let isReplaying = false
    const garble: AppSabotage['garble'] = (frame) => {
      if (frame.event === 'create-user') isReplaying = true
      if (frame.event === 'resume') isReplaying = false
      return isReplaying && frame.seq !== undefined ? undefined : frame
    }
    expect(await isCaught({ garble })).toBe(true)
  })

  it('a history with missing messages', async () => {
    const store: AppSabotage['store'] = ({ eventStore, readModel }) => ({
      eventStore,
      readModel: {
        ...readModel,
        messagesOf: async (query) => {
          const page = await readModel.messagesOf(query)
          return page === undefined ? undefined : { ...page, messages: page.messages.filter(({ seq }) => seq % 3 !== 0) }
        },
      },
    })
    expect(await isCaught({ store })).toBe(true)
  })

  it('a confirmation of a message that was not stored', async () => {
    const garble: AppSabotage['garble'] = ({ error, ...frame }) =>
      error === undefined ? frame : { ...frame, body: { id: frame.id } }
    expect(await isCaught({ garble })).toBe(true)
  })
})
