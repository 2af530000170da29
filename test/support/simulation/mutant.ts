import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Simulation } from './simulate.ts'

/** One rule taken out of a source file. */
export interface Mutation {
  /** As the path of the file ends. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly from: string
  readonly to: string
  /** How `rooms` are simulated with it, where that differs from the usual. */
  readonly options?: Simulation
}

/** `rooms`: gateways and writers, as clients see them. `writer`: writers alone, and a store that fails over. */
export type SimulationName = 'rooms' | 'writer'

export interface MutantTrial extends Mutation {
  readonly seeds: readonly number[]
  readonly simulation: SimulationName
}

/** Undefined: no seed showed anything. */
export type MutantVerdict = { readonly seed: number; readonly problem: string } | undefined

/**
 * Runs the simulation over the changed source, seed after seed, until its
 * checker finds something wrong. Rejects when the change cannot be made, so
 * that a rule that was written anew is not taken for one that was tried.
 */
export const tryMutant = async (
  mutation: Mutation,
  seeds: readonly number[],
  simulation: SimulationName = 'rooms',
): Promise<MutantVerdict> => {
  const workerData: MutantTrial = { ...mutation, seeds, simulation }
  const worker = new Worker(new URL('./mutant-worker.ts', import.meta.url), { workerData })
  try {
    const [verdict] = (await once(worker, 'message')) as [MutantVerdict]
    return verdict
  } finally {
    await worker.terminate()
  }
}
