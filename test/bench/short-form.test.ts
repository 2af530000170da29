import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stackKind } from '../support/stack/start-stack.ts'
import { allBenches } from './benches/all-benches.ts'
import type { BenchStack } from './harness/bench-stack.ts'
import { startBenchStack } from './harness/bench-stack.ts'

/** The benchmarks with a small load. They read CPU times of servers, which must be processes on this machine. */
describe.skipIf(stackKind() !== 'native')('The short form of each benchmark loses, duplicates and reorders nothing', () => {
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
