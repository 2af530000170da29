import { describe, expect, it } from 'vitest'
import { createCoalescer } from '../../../../shared/runtime/async/coalescer.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const intervalMs = 1_000

/** A coalescer of numbers that are added up. Its runs take `runMs`. */
const open = ({ runMs = 10, maxItems = 100 } = {}) => {
  const clock = virtualClock(seededRandom(1))
  const runs: { readonly atMs: number; readonly changes: readonly number[] }[] = []
  const state = { inFlight: 0, mostInFlight: 0, fails: false }
  const coalescer = createCoalescer<number, string>({
    clock,
    merge: (one, other) => one + other,
    run: async (changes) => {
      runs.push({ atMs: Math.round(clock.monotonicMs()), changes })
      state.inFlight += 1
      state.mostInFlight = Math.max(state.mostInFlight, state.inFlight)
      await clock.sleep(runMs)
      state.inFlight -= 1
      if (state.fails) throw new Error('scripted')
      return changes.map((change) => `= ${change}`)
    },
    maxItems,
    intervalMs,
  })
  return { clock, coalescer, runs, state }
}

describe('A coalescer', () => {
  it('runs a change at once while it is idle, and merges those that arrive within the interval', async () => {
    const { clock, coalescer, runs } = open()
    const asked = [coalescer.ask('a', 1)]
    await clock.run(100)
    asked.push(coalescer.ask('a', 2), coalescer.ask('b', 5), coalescer.ask('a', 3))
    expect(coalescer.size).toBe(2)
    await clock.run(intervalMs)
    expect(await Promise.all(asked)).toEqual(['= 1', '= 5', '= 5', '= 5'])
    const [first, second] = runs
    expect(second?.changes).toEqual([5, 5])
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(intervalMs)
    await clock.run(10 * intervalMs)
    expect(runs).toHaveLength(2)
  })

  it('has one run in flight, also when a run takes longer than the interval', async () => {
    const { clock, coalescer, runs, state } = open({ runMs: 3 * intervalMs })
    for (let turn = 0; turn < 20; turn += 1) {
      coalescer.add('a', 1)
      await clock.run(intervalMs / 2)
    }
    await clock.run(10 * intervalMs)
    expect(state.mostInFlight).toBe(1)
    expect(runs.reduce((sum, { changes }) => sum + (changes[0] ?? 0), 0)).toBe(20)
  })

  it('takes everything that waits in one round, in runs of the greatest size', async () => {
    const { clock, coalescer, runs } = open({ maxItems: 2 })
    coalescer.add('first', 0)
    await clock.run(100)
    for (const key of ['a', 'b', 'c', 'd', 'e']) coalescer.add(key, 1)
    await clock.run(intervalMs)
    expect(runs.slice(1).map(({ changes }) => changes.length)).toEqual([2, 2, 1])
  })

  it('rejects the callers of a run that fails, and merges again what nobody waits for', async () => {
    const { clock, coalescer, runs, state } = open()
    state.fails = true
    const asked = coalescer.ask('a', 10)
    coalescer.add('a', 1)
    const rejection = expect(asked).rejects.toThrow('scripted')
    await clock.run(100)
    await rejection
    await clock.run(2 * intervalMs)
    state.fails = false
    await clock.run(2 * intervalMs)
    expect(runs.map(({ changes }) => changes)).toEqual([[10], [1], [1], [1]])
    await clock.run(5 * intervalMs)
    expect(runs).toHaveLength(4)
  })

  it('runs what waits when it is drained, and merges nothing again', async () => {
    const { clock, coalescer, runs, state } = open()
    coalescer.add('a', 1)
    await clock.run(100)
    coalescer.add('a', 2)
    state.fails = true
    const drained = coalescer.drain()
    await clock.run(100)
    await drained
    await clock.run(5 * intervalMs)
    expect(runs.map(({ changes }) => changes)).toEqual([[1], [2]])
  })
})
