import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stackKind } from '../support/stack/start-stack.ts'
import { allBenches } from './benches/all-benches.ts'
import type { BenchStack } from './harness/bench-stack.ts'
import { startBenchStack } from './harness/bench-stack.ts'

/** The benchmarks with little of everything. They read CPU times of servers, so these have to be processes here. */
describe.skipIf(stackKind() !== 'native')('In the short form of each benchmark nothing is lost, doubled or reordered', () => {
  let stack: BenchStack
  beforeAll(async () => {
    stack = await startBenchStack()
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it.each(allBenches)('$id $title', async ({ run }) => {
    const { rows, problems } = await run({ isShort: true, stack: async () => stack, say: () => {} })
    expect(problems).toEqual([])
    expect(rows.length).toBeGreaterThan(0)
  })
})
