import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { MutantTrial, MutantVerdict } from './mutant.ts'

/** The body of a worker: changes one file as it is loaded, and simulates. */
const { file, from, to, seeds, simulation, options } = workerData as MutantTrial
let isChanged = false

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(file)) return loaded
    const parts = String(loaded.source).split(from)
    if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times: ${from}`)
    isChanged = true
    return { ...loaded, source: parts.join(to) }
  },
})

const simulations = {
  rooms: async () => (await import('./simulate.ts')).simulate,
  writer: async () => (await import('../writer-simulation/simulate-writer.ts')).simulateWriter,
}
const simulate = await simulations[simulation]()
if (!isChanged) throw new Error(`${file} was not loaded`)

const firstProblem = async (): Promise<MutantVerdict> => {
  for (const seed of seeds) {
    const { problems } = await simulate(seed, options)
    const [problem] = problems
    if (problem !== undefined) return { seed, problem }
  }
  return undefined
}
parentPort?.postMessage(await firstProblem())
