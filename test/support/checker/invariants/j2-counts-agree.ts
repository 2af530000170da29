import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** J2: the count of each reaction event is the number of users who have set it, counted again. The counts of lists: J1. */
export const countsAgree: Invariant = ({ truth }) => ({ verdict: () => createFindings(truth.flaws.J2) })
