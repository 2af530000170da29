import { describe, expect, it } from 'vitest'
import type { Promised } from '../../contract/fan-out/open-fan-out.ts'
import { fanOutPromises } from '../../contract/fan-out/suite.ts'
import { deliverySabotages } from './delivery-sabotages.ts'
import { listeningSabotages } from './listening-sabotages.ts'
import { openMemoryFanOut } from './open-memory-fan-out.ts'
import type { Sabotage } from './sabotage.ts'

const sabotages = [...deliverySabotages, ...listeningSabotages]

/** Long enough for a sound fan-out in this process, so that it is the sabotage that fails. */
const withinMs = 1_000

const isKept = async ({ keep }: Promised, { apply }: Sabotage): Promise<boolean> => {
  await using opened = await openMemoryFanOut()
  const end = apply(opened.near)
  try {
    await keep({ ...opened, near: end, far: end, withinMs })
    return true
  } catch {
    return false
  }
}

const promisesOf = (sabotage: Sabotage): readonly Promised[] =>
  fanOutPromises.filter(({ title }) => title.includes(sabotage.breaks))

describe.concurrent('the contract of FanOut', () => {
  it.each(sabotages)('is broken by one that $title', async (sabotage) => {
    const [promised, ...more] = promisesOf(sabotage)
    expect([promised !== undefined, more]).toEqual([true, []])
    expect(promised && (await isKept(promised, sabotage))).toBe(false)
  })

  it('has no promise that nothing can break', () => {
    const broken = new Set(sabotages.flatMap(promisesOf))
    expect(fanOutPromises.filter((promised) => !broken.has(promised)).map(({ title }) => title)).toEqual([])
  })

  it('is kept by one that is not sabotaged, in the same time', async () => {
    const sound: Sabotage = { title: 'is sound', breaks: '', apply: (fanOut) => ({ ...fanOut }) }
    const kept = await Promise.all(fanOutPromises.map((promised) => isKept(promised, sound)))
    expect(kept).toEqual(fanOutPromises.map(() => true))
  })
})
