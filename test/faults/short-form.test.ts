import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stack } from '../support/stack/stack.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'
import { fewFaults } from './catalogue/few-faults.ts'
import { mutants } from './catalogue/mutants.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { runMutant } from './harness/run-mutant.ts'
import { linkedRoles } from './harness/world.ts'

/** The table of `npm run test:faults` in a minute: the most telling faults one after another, and two mutants. */
describe.skipIf(stackKind() === 'env')('Under load', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ links: linkedRoles })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it('all invariants hold while each part is killed, cut or frozen', async () => {
    const run = await runFault(stack, fewFaults, { seed: 1, perSecond: 40 })
    expect(brokenBy(run), run.log).toEqual([])
    expect(run.messages).toBeGreaterThan(200)
  })

  it.each(mutants.filter(({ writer, gateway }) => writer === 'confirmsFirst' || gateway === 'withHolesInRepair'))(
    'the checker detects a system without $without',
    async (mutant) => {
      const { isDetected, violations } = await runMutant(stack, mutant, 1)
      expect(isDetected, violations).toBe(true)
    },
  )
})
