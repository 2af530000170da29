import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPendingOperations } from '../../../support/load/pending-operations.ts'

const sending = { event: 'new-message', room: 1, command: 1, intendedMs: 0, text: () => '' } as const

describe('The pending operations of a socket', () => {
  it('behave as a map in the order of insertion', () => {
    const step = fc.record({ adds: fc.boolean(), choice: fc.nat(1_000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const pending = createPendingOperations()
        const model: number[] = []
        let last = 0
        for (const { adds, choice } of steps) {
          if (adds || model.length === 0) {
            last += 1 + (choice % 3)
            pending.add({ operation: last, sending, sentMs: last })
            model.push(last)
          } else {
            const [operation] = model.splice(choice % model.length, 1)
            expect(pending.take(operation as number)?.sentMs).toBe(operation)
            expect(pending.take(operation as number)).toBeUndefined()
          }
        }
        expect(pending.size).toBe(model.length)
        expect(pending.all().map(({ operation }) => operation)).toEqual(model)
      }),
    )
  })
})
