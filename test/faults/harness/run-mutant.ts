import type { Stack } from '../../support/stack/stack.ts'
import type { Mutant } from '../catalogue/mutants.ts'
import { startOf } from '../catalogue/mutants.ts'
import type { FaultRun } from './run-fault.ts'
import { runFault } from './run-fault.ts'

export interface MutantRun {
  readonly mutant: Mutant
  readonly isDetected: boolean
  /** The violations that the checker found, shortened. */
  readonly violations: string
  readonly run: FaultRun
}

/** The violated invariants by name, with the first case of each. */
const foundIn = ({ verdicts, streamed, problems }: FaultRun): ReadonlyMap<string, string> => {
  const end = problems.find((problem) => problem.startsWith('the end:'))
  return new Map([
    ...Object.entries(verdicts).flatMap(([name, { count, examples }]) =>
      count > 0 ? [[name, `${count} ×, ${examples[0]}`] as const] : [],
    ),
    ...(streamed.count > 0 ? [['stream', `${streamed.count} ×, ${streamed.examples[0]}`] as const] : []),
    ...(end === undefined ? [] : [['end', end] as const]),
  ])
}

/** Injects the mutant's fault into a system without the defence. */
export const runMutant = async (stack: Stack, mutant: Mutant, seed: number): Promise<MutantRun> => {
  const run = await runFault(stack, mutant.fault, { seed, ...startOf(mutant) })
  const found = foundIn(run)
  return {
    mutant,
    isDetected: mutant.mustBreak.some((name) => found.has(name)),
    violations: [...found].map(([name, what]) => `${name}: ${what}`).join('; ') || 'nothing',
    run,
  }
}
