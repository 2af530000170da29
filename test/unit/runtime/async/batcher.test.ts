import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batcher } from '../../../../shared/runtime/async/batcher.ts'
import { batcher } from '../../../../shared/runtime/async/batcher.ts'

interface Run {
  readonly items: readonly number[]
  finish(): void
  fail(reason: unknown): void
}

interface Rig {
  readonly batch: Batcher<number, string>
  /** Every run so far, in the order started. */
  readonly runs: readonly Run[]
}

const resultOf = (item: number): string => `result of ${item}`

const makeRig = (maxItems: number): Rig => {
  const runs: Run[] = []
  const run = (items: readonly number[]): Promise<readonly string[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
    runs.push({ items, finish: () => resolve(items.map(resultOf)), fail: reject })
    return promise
  }
  return { batch: batcher({ run, maxItems }), runs }
}

const settled = async (promise: Promise<unknown>): Promise<string> => {
  const [outcome] = await Promise.allSettled([promise])
  return outcome.status === 'fulfilled' ? String(outcome.value) : `refused: ${String(outcome.reason)}`
}

/** Lets everything that is due in this turn happen. */
const turn = (): Promise<void> => new Promise(setImmediate)

describe('the batcher', () => {
  it('runs an item synchronously while idle', () => {
    const { batch, runs } = makeRig(10)
    void batch(1)
    expect(runs.map(({ items }) => items)).toEqual([[1]])
    expect(batch.waiting).toBe(0)
  })

  it('collects items that arrive during a run into the next run', async () => {
    const { batch, runs } = makeRig(10)
    const results = [batch(1), batch(2), batch(3)]
    expect(batch.waiting).toBe(2)
    await turn()
    expect(runs).toHaveLength(1)
    runs[0]?.finish()
    await results[0]
    await turn()
    expect(runs.map(({ items }) => items)).toEqual([[1], [2, 3]])
    expect(batch.waiting).toBe(0)
    runs[1]?.finish()
    expect(await Promise.all(results)).toEqual([1, 2, 3].map(resultOf))
  })

  it('becomes idle again when no item waits', async () => {
    const { batch, runs } = makeRig(10)
    const first = batch(1)
    runs[0]?.finish()
    await first
    await turn()
    void batch(2)
    expect(runs.map(({ items }) => items)).toEqual([[1], [2]])
  })

  it('rejects exactly the items of a failed run, and continues', async () => {
    const { batch, runs } = makeRig(2)
    const outcomes = [1, 2, 3, 4].map((item) => settled(batch(item)))
    runs[0]?.finish()
    await turn()
    runs[1]?.fail('no')
    await turn()
    runs[2]?.finish()
    expect(await Promise.all(outcomes)).toEqual([resultOf(1), 'refused: no', 'refused: no', resultOf(4)])
  })

  it('rejects the item when the run throws synchronously', async () => {
    const batch = batcher<number, string>({
      run: () => {
        throw new Error('at once')
      },
      maxItems: 1,
    })
    await expect(batch(1)).rejects.toThrow('at once')
    await expect(batch(2)).rejects.toThrow('at once')
  })

  it('keeps order, bounds and single flight, and settles each item once with the result of its run', async () => {
    const step = fc.oneof(fc.constant('add' as const), fc.constant('finish' as const), fc.constant('fail' as const))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), async (maxItems, steps) => {
        const { batch, runs } = makeRig(maxItems)
        const outcomes: Promise<string>[] = []
        const expected = new Map<number, string>()
        let ended = 0
        const end = async (isFailing: boolean): Promise<void> => {
          const run = runs[ended]
          if (run === undefined) return
          ended += 1
          for (const item of run.items) expected.set(item, isFailing ? `refused: ${ended}` : resultOf(item))
          if (isFailing) run.fail(ended)
          else run.finish()
          await turn()
        }
        for (const what of steps) {
          if (what === 'add') outcomes.push(settled(batch(outcomes.length)))
          else await end(what === 'fail')
          expect(runs.length - ended).toBeLessThanOrEqual(1)
          const taken = runs.reduce((sum, { items }) => sum + items.length, 0)
          expect(batch.waiting).toBe(outcomes.length - taken)
          expect(runs.length > ended || batch.waiting === 0).toBe(true)
        }
        while (ended < runs.length) await end(false)
        expect(runs.flatMap(({ items }) => items)).toEqual(outcomes.map((_, index) => index))
        expect(runs.every(({ items }) => items.length >= 1 && items.length <= maxItems)).toBe(true)
        expect(await Promise.all(outcomes)).toEqual(outcomes.map((_, index) => expected.get(index)))
      }),
    )
  })
})
