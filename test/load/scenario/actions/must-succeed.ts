import type { Performed } from '../../../support/load/performer.ts'
import { StepFailed } from '../visit.ts'

/** Resolves with the outcome of a command, or rejects if it was not confirmed. */
export const mustSucceed = async (performed: Promise<Performed>): Promise<Performed> => {
  const settled = await performed
  if (settled.outcome !== 'ok') throw new StepFailed(settled.code)
  return settled
}
