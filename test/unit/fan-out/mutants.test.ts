import { describe, expect, it } from 'vitest'
import type { Promised } from '../../contract/fan-out/open-fan-out.ts'
import { fanOutPromises } from '../../contract/fan-out/suite.ts'
import { deliveryMutants } from './delivery-mutants.ts'
import type { Mutant } from './fan-out-mutant.ts'
import { listeningMutants } from './listening-mutants.ts'
import { openMemoryFanOut } from './open-memory-fan-out.ts'

const mutants = [...deliveryMutants, ...listeningMutants]

/** Long enough for a correct fan-out in this process, so that only mutants fail. */
const withinMs = 1_000

const isKept = async ({ keep }: Promised, { apply }: Mutant): Promise<boolean> => {
  await using opened = await openMemoryFanOut()
  const end = apply(opened.near)
  try {
    await keep({ ...opened, near: end, far: end, withinMs })
    return true
  } catch {
    return false
  }
}

const promisesOf = (mutant: Mutant): readonly Promised[] => fanOutPromises.filter(({ title }) => title.includes(mutant.breaks))

describe.concurrent('the contract of FanOut', () => {
  it.each(mutants)('detects an adapter that $title', async (mutant) => {
    const [promised, ...more] = promisesOf(mutant)
    expect([promised !== undefined, more]).toEqual([true, []])
    expect(promised && (await isKept(promised, mutant))).toBe(false)
  })

  it('has a mutant for every promise', () => {
    const broken = new Set(mutants.flatMap(promisesOf))
    expect(fanOutPromises.filter((promised) => !broken.has(promised)).map(({ title }) => title)).toEqual([])
  })

  it('is kept by one that is no mutant, in the same time', async () => {
    const sound: Mutant = { title: 'is sound', breaks: '', apply: (fanOut) => ({ ...fanOut }) }
    const kept = await Promise.all(fanOutPromises.map((promised) => isKept(promised, sound)))
    expect(kept).toEqual(fanOutPromises.map(() => true))
  })
})
