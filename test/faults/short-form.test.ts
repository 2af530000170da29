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

  it('all invariants hold, also those of changed messages, while each part is killed, cut or frozen', async () => {
    const run = await runFault(stack, fewFaults, { seed: 1, perSecond: 40 })
    expect(brokenBy(run), run.log).toEqual([])
    expect(run.messages).toBeGreaterThan(200)
    const confirmed = [...run.kinds].map(([kind, { counts }]) => [kind, counts.confirmed > 0])
    expect(Object.fromEntries(confirmed)).toEqual({ messages: true, reactions: true, edits: true, deletes: true, pins: true })
  })

  const few: ReadonlySet<string | undefined> = new Set(['confirmsFirst', 'withHolesInRepair', 'withoutReactions'])

  it.each(mutants.filter(({ writer, gateway }) => few.has(writer) || few.has(gateway)))(
    'the checker detects a system without $without',
    async (mutant) => {
      const { isDetected, violations } = await runMutant(stack, mutant, 1)
      expect(isDetected, violations).toBe(true)
    },
  )
})
