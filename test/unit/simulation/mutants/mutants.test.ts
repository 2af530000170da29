import { describe, expect, it } from 'vitest'
import { simulateApps } from '../../client/simulation/simulate-apps.ts'
import { simulateHotPath } from '../../writer/hot-path-run.ts'
import { simulatePeople } from '../people/simulate-people.ts'
import type { Simulation } from '../rooms/simulate.ts'
import { simulate } from '../rooms/simulate.ts'
import { simulateRules } from '../rules/simulate-rules.ts'
import { simulateSignals } from '../signals/simulate-signals.ts'
import { simulateWriter } from '../writers/simulate-writer.ts'
import { appMutants } from './app-mutants.ts'
import { erasingMutants } from './erasing-mutants.ts'
import type { GatewayMutant } from './gateway-mutants.ts'
import { gatewayMutants } from './gateway-mutants.ts'
import { hotPathMutants } from './hot-path-mutants.ts'
import { livingMutants } from './living-mutants.ts'
import { livingWriterMutants } from './living-writer-mutants.ts'
import { markingMutants } from './marking-mutants.ts'
import { peopleMutants } from './people-mutants.ts'
import { ruleMutants } from './rule-mutants.ts'
import { signalMutants } from './signal-mutants.ts'
import type { SimulationName } from './try-mutant.ts'
import { tryMutant } from './try-mutant.ts'
import { writerMutants } from './writer-mutants.ts'

interface Simulated {
  readonly of: string
  readonly mutants: readonly GatewayMutant[]
  readonly simulation: SimulationName
  readonly optionsOf?: (mutant: GatewayMutant) => Simulation
  readonly run: (seed: number, options?: Simulation) => Promise<{ readonly problems: readonly string[] }>
}

const simulations: readonly Simulated[] = [
  {
    of: 'gateways',
    mutants: gatewayMutants,
    simulation: 'rooms',
    optionsOf: ({ isForged = false }) => ({ isForged }),
    run: simulate,
  },
  { of: 'applications', mutants: appMutants, simulation: 'apps', run: (seed) => simulateApps(seed) },
  {
    of: 'messages that change',
    mutants: livingMutants,
    simulation: 'rooms',
    optionsOf: () => ({ isLiving: true }),
    run: simulate,
  },
  {
    of: 'erased messages',
    mutants: erasingMutants,
    simulation: 'rooms',
    optionsOf: () => ({ isErasing: true }),
    run: simulate,
  },
  {
    of: 'read markers',
    mutants: markingMutants,
    simulation: 'rooms',
    optionsOf: () => ({ isMarking: true }),
    run: simulate,
  },
  { of: 'direct chats, blocks and profiles', mutants: peopleMutants, simulation: 'people', run: (seed) => simulatePeople(seed) },
  { of: 'roles and rules', mutants: ruleMutants, simulation: 'rules', run: (seed) => simulateRules(seed) },
  { of: 'signals', mutants: signalMutants, simulation: 'signals', run: simulateSignals },
  { of: 'writers', mutants: writerMutants, simulation: 'writer', run: (seed) => simulateWriter(seed) },
  {
    of: 'writers while messages change',
    mutants: livingWriterMutants,
    simulation: 'writer',
    optionsOf: () => ({ isLiving: true }),
    run: simulateWriter,
  },
  { of: 'one plain message', mutants: hotPathMutants, simulation: 'hotPath', run: simulateHotPath },
]

const seeds = Array.from({ length: 100 }, (_, index) => index + 1)

describe.concurrent.each(simulations)('The simulation of $of', ({ mutants, simulation, optionsOf, run }) => {
  it.each(mutants)('detects a mutant without the rule that $rule', { timeout: 120_000 }, async (mutant) => {
    const shownFirst = mutant.shownBy === undefined ? seeds : [mutant.shownBy, ...seeds]
    const detection = await tryMutant(mutant, shownFirst, simulation, optionsOf?.(mutant))
    expect(detection?.problem).toBeDefined()
  })

  it.each(mutants.filter(({ shownBy }) => shownBy !== undefined))(
    'shows no problem at seed $shownBy without the mutant of the rule that $rule',
    async (mutant) => {
      expect((await run(mutant.shownBy ?? 0, optionsOf?.(mutant))).problems).toEqual([])
    },
  )
})

describe('A mutant', () => {
  it('is not detected if it changes no behaviour', async () => {
    const mutant = { rule: 'a name is free', module: 'services/gateway/rooms/room-feeds.ts', in: 'acquire', body: '<original>' }
    expect(await tryMutant(mutant, [1, 2])).toBeUndefined()
  })
})
