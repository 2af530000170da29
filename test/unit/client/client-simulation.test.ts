import { describe, expect, it } from 'vitest'
import { isDetected, problemsOfRuns, seedParts } from '../simulation/world/simulation-seeds.ts'
import type { ServiceMutant } from './simulation/simulate-apps.ts'
import { simulateApps } from './simulation/simulate-apps.ts'

const parts = seedParts(4, 40).map((seeds, part) => ({ seeds, part }))

describe('Applications on the client, with seeded interleavings', () => {
  it.each(parts)(
    'have the exact history of every room and an outcome for every call (part $part)',
    { timeout: 120_000 },
    async ({ seeds }) => {
      expect(await problemsOfRuns(seeds, simulateApps)).toEqual([])
    },
  )

  it('receive every kind of event in a few runs', async () => {
    const runs = await Promise.all([1, 2, 3, 4, 5].map((seed) => simulateApps(seed)))
    const seen = runs.flatMap(({ apps }) => apps.flatMap((app) => app.seen.map(({ name }) => name)))
    expect(new Set(seen)).toEqual(new Set(['chat', 'message', 'members', 'left']))
    expect(seen.filter((name) => name === 'message').length).toBeGreaterThan(250)
  })
})

const isMutantDetected = (mutant: ServiceMutant): Promise<boolean> => isDetected(20, (seed) => simulateApps(seed, mutant))

describe('The simulation of applications detects', () => {
  it('a service that omits the seq from which a room continues', async () => {
    expect(await isMutantDetected({ garble: ({ body, ...frame }) => ({ ...frame, body: { ...body, others: undefined } }) })).toBe(
      true,
    )
  })

  it('a service that reports a recovery that did not happen', async () => {
    let isReplaying = false
    const garble: ServiceMutant['garble'] = (frame) => {
      if (frame.event === 'create-user') isReplaying = true
      if (frame.event === 'resume') isReplaying = false
      return isReplaying && frame.seq !== undefined ? undefined : frame
    }
    expect(await isMutantDetected({ garble })).toBe(true)
  })

  it('a history that omits messages', async () => {
    const store: ServiceMutant['store'] = ({ eventStore, readModel }) => ({
      eventStore,
      readModel: {
        ...readModel,
        messagesOf: async (query) => {
          const page = await readModel.messagesOf(query)
          return page === undefined ? undefined : { ...page, messages: page.messages.filter(({ seq }) => seq % 3 !== 0) }
        },
      },
    })
    expect(await isMutantDetected({ store })).toBe(true)
  })

  it('a confirmation of a message that is not stored', async () => {
    const garble: ServiceMutant['garble'] = ({ error, ...frame }) =>
      error !== undefined && frame.event === 'new-message' ? { ...frame, body: { id: frame.id } } : { ...frame, error }
    expect(await isMutantDetected({ garble })).toBe(true)
  })
})
