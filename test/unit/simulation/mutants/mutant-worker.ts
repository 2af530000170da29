import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { Simulation } from '../rooms/simulate.ts'
import type { Detection, MutantTrial, SimulationName } from './try-mutant.ts'

/** Replaces the source of one module as it is loaded, then runs the simulation until it shows a problem. */
const { module, source, seeds, simulation, options } = workerData as MutantTrial
let isLoaded = false

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (url !== module) return loaded
    isLoaded = true
    return { ...loaded, source }
  },
})

type Simulate = (seed: number, options?: Simulation) => Promise<{ readonly problems: readonly string[] }>

const simulations: Readonly<Record<SimulationName, () => Promise<Simulate>>> = {
  rooms: async () => (await import('../rooms/simulate.ts')).simulate,
  apps: async () => {
    const { simulateApps } = await import('../../client/simulation/simulate-apps.ts')
    return (seed) => simulateApps(seed)
  },
  lists: async () => (await import('../../client/message-lists/list-run.ts')).simulateLists,
  rules: async () => (await import('../rules/simulate-rules.ts')).simulateRules,
  signals: async () => (await import('../signals/simulate-signals.ts')).simulateSignals,
  hotPath: async () => (await import('../../writer/hot-path-run.ts')).simulateHotPath,
  people: async () => {
    const { simulatePeople } = await import('../people/simulate-people.ts')
    return (seed) => simulatePeople(seed)
  },
  writer: async () => (await import('../writers/simulate-writer.ts')).simulateWriter,
}
const simulate = await simulations[simulation]()
if (!isLoaded) throw new Error(`${module} was not loaded`)

const firstProblem = async (): Promise<Detection> => {
  for (const seed of seeds) {
    const [problem] = (await simulate(seed, options)).problems
    if (problem !== undefined) return { seed, problem }
  }
  return undefined
}
parentPort?.postMessage(await firstProblem())
