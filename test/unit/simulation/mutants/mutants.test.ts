import { describe, expect, it } from 'vitest'
import { simulateApps } from '../../client/simulation/simulate-apps.ts'
import { simulate } from '../rooms/simulate.ts'
import { simulateWriter } from '../writers/simulate-writer.ts'
import { appMutants } from './app-mutants.ts'
import { gatewayMutants } from './gateway-mutants.ts'
import { livingMutants } from './living-mutants.ts'
import { ruleMutants } from './rule-mutants.ts'
import { tryMutant } from './try-mutant.ts'
import { writerMutants } from './writer-mutants.ts'

const seeds = Array.from({ length: 100 }, (_, index) => index + 1)
const seedsFor = (shownBy: number | undefined): readonly number[] => (shownBy === undefined ? seeds : [shownBy, ...seeds])

describe.concurrent('The simulation of gateways detects a mutant without the rule that', () => {
  it.each(gatewayMutants)('$rule', { timeout: 120_000 }, async (mutant) => {
    const isForged = mutant.isForged ?? false
    const detection = await tryMutant(mutant, seedsFor(mutant.shownBy), 'rooms', { isForged })
    expect(detection?.problem).toBeDefined()
  })
})

describe.concurrent('The simulation of applications detects a mutant without the rule that', () => {
  it.each(appMutants)('$rule', { timeout: 120_000 }, async (mutant) => {
    const detection = await tryMutant(mutant, seedsFor(mutant.shownBy), 'apps')
    expect(detection?.problem).toBeDefined()
  })
})

describe.concurrent('The simulation of messages that change detects a mutant without the rule that', () => {
  it.each(livingMutants)('$rule', { timeout: 120_000 }, async (mutant) => {
    const detection = await tryMutant(mutant, seedsFor(mutant.shownBy), 'rooms', { isLiving: true })
    expect(detection?.problem).toBeDefined()
  })
})

describe.concurrent('The simulation of roles and rules detects a mutant without the rule that', () => {
  it.each(ruleMutants)('$rule', { timeout: 120_000 }, async (mutant) => {
    const detection = await tryMutant(mutant, seedsFor(mutant.shownBy), 'rules')
    expect(detection?.problem).toBeDefined()
  })
})

describe.concurrent('The simulation of writers detects a mutant without the rule that', () => {
  it.each(writerMutants)('$rule', { timeout: 120_000 }, async (mutant) => {
    const detection = await tryMutant(mutant, seedsFor(mutant.shownBy), 'writer')
    expect(detection?.problem).toBeDefined()
  })
})

describe('A recorded seed', () => {
  it.each(gatewayMutants.filter(({ shownBy }) => shownBy !== undefined))(
    '$shownBy shows no problem without the mutant of the rule that $rule',
    async ({ shownBy = 0, isForged = false }) => {
      expect((await simulate(shownBy, { isForged })).problems).toEqual([])
    },
  )

  it.each(livingMutants.filter(({ shownBy }) => shownBy !== undefined))(
    '$shownBy shows no problem without the mutant of the rule that $rule',
    async ({ shownBy = 0 }) => {
      expect((await simulate(shownBy, { isLiving: true })).problems).toEqual([])
    },
  )

  it.each(appMutants.filter(({ shownBy }) => shownBy !== undefined))(
    '$shownBy of applications shows no problem without the mutant of the rule that $rule',
    async ({ shownBy = 0 }) => {
      expect((await simulateApps(shownBy)).problems).toEqual([])
    },
  )

  it.each(writerMutants.filter(({ shownBy }) => shownBy !== undefined))(
    '$shownBy of writers shows no problem without the mutant of the rule that $rule',
    async ({ shownBy = 0 }) => {
      expect((await simulateWriter(shownBy)).problems).toEqual([])
    },
  )
})

describe('A mutant', () => {
  it('is not detected if it changes no behaviour', async () => {
    const mutant = { rule: 'a name is free', module: 'services/gateway/rooms/room-feeds.ts', in: 'acquire', body: '<original>' }
    expect(await tryMutant(mutant, [1, 2])).toBeUndefined()
  })
})
