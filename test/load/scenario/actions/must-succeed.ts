import type { Settled } from '../../../support/load/sending.ts'
import { StepFailed } from '../visit.ts'

/** Resolves with the outcome of a command, or rejects if it was not confirmed. */
export const mustSucceed = async (performed: Promise<Settled>): Promise<Settled> => {
  const settled = await performed
  if (settled.outcome !== 'ok') throw new StepFailed(settled.code)
  return settled
}
