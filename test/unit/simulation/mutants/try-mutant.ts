import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Simulation } from '../rooms/simulate.ts'
import type { Mutant } from './mutant.ts'
import { mutate } from './mutate.ts'

/**
 * `rooms`: gateways and writers, as clients see them. `writer`: writers alone, and a store that fails over.
 * `apps`: gateways, writers and the client. `lists`: the lists of messages of one client. `people`: direct chats, blocks and
 * profiles. `rules`: roles and rules of one room. `hotPath`: one plain message through a writer. `signals`: the signals of
 * gateways.
 */
export type SimulationName = 'rooms' | 'apps' | 'writer' | 'lists' | 'people' | 'rules' | 'hotPath' | 'signals'

export interface MutantTrial {
  /** The URL of the module, and its source without the defence. */
  readonly module: string
  readonly source: string
  readonly seeds: readonly number[]
  readonly simulation: SimulationName
  readonly options: Simulation | undefined
}

/** The first problem that the checker found; undefined: no seed showed one. */
export type Detection = { readonly seed: number; readonly problem: string } | undefined

/**
 * Runs a simulation over the changed module, seed after seed, until its checker
 * finds a problem. Rejects when the mutant cannot be made or its module is not
 * part of the simulation.
 */
export const tryMutant = async (
  mutant: Mutant,
  seeds: readonly number[],
  simulation: SimulationName = 'rooms',
  options?: Simulation,
): Promise<Detection> => {
  const module = pathToFileURL(mutant.module).href
  const source = mutate(await readFile(mutant.module, 'utf8'), mutant)
  const workerData: MutantTrial = { module, source, seeds, simulation, options }
  const worker = new Worker(new URL('./mutant-worker.ts', import.meta.url), { workerData })
  try {
    const [detection] = (await once(worker, 'message')) as [Detection]
    return detection
  } finally {
    await worker.terminate()
  }
}
