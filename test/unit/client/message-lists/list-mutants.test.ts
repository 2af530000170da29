import { describe, expect, it } from 'vitest'
import { tryMutant } from '../../simulation/mutants/try-mutant.ts'
import { listMutants } from './list-mutants.ts'

const seeds = Array.from({ length: 2_000 }, (_, index) => index + 1)

describe('The simulation of the lists of a client', () => {
  it.each(listMutants)('detects a mutant without the rule that $rule', { timeout: 120_000 }, async (mutant) => {
    expect((await tryMutant(mutant, seeds, 'lists'))?.problem).toBeDefined()
  })
})
