import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stack } from '../support/stack/stack.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'
import { controls } from './catalogue/controls.ts'
import { fewHarms } from './catalogue/few-harms.ts'
import { runControl } from './harness/run-control.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { linkedRoles } from './harness/world.ts'

/** The table of `npm run test:faults` in a minute: the most telling harms one after another, and two controls. */
describe.skipIf(stackKind() === 'env')('Under load', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ links: linkedRoles })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it('all invariants hold while each part is killed, cut or frozen', async () => {
    const run = await runFault(stack, fewHarms, { seed: 1, perSecond: 40 })
    expect(brokenBy(run), run.log).toEqual([])
    expect(run.messages).toBeGreaterThan(200)
  })

  it.each(controls.filter(({ writer, gateway }) => writer === 'confirmsFirst' || gateway === 'withHolesInRepair'))(
    'the checker notices that $off is off',
    async (control) => {
      const { isCaught, said } = await runControl(stack, control, 1)
      expect(isCaught, said).toBe(true)
    },
  )
})
