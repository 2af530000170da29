import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** J5: no event was made by a user who was not allowed to make it at that seq. */
export const permitted: Invariant = ({ truth }) => ({ verdict: () => createFindings(truth.flaws.J5) })
