import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyStep, runLists } from './list-run.ts'

describe('The lists of a room', () => {
  it('are at rest what the service lists, whatever was edited, deleted, erased, reacted to, pinned, lost, resumed, reset or paged', {
    timeout: 120_000,
  }, async () => {
    const steps = fc.array(anyStep, { minLength: 10, maxLength: 100, size: 'max' })
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        expect(await runLists(run)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
