import { describe, expect, it } from 'vitest'
import { gatheringMs, loopBusyness } from '../../../shared/runtime/busyness.ts'
import { until } from '../../support/poll.ts'

const work = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('Busyness', () => {
  it('rises while the event loop has no rest, and falls when it has', async () => {
    const busyness = loopBusyness()
    const isBusyAfterWork = async (): Promise<boolean> => {
      work(60)
      await new Promise(setImmediate)
      return busyness() > 0.9
    }
    await until('it to rise', isBusyAfterWork, { withinMs: 10_000, everyMs: 0 })
    await until('it to fall', () => busyness() < 0.25, { withinMs: 10_000, everyMs: 60 })
  })

  it('lets nothing gather while there is time to spare, and never more than is told', () => {
    expect([0, 0.1, 0.25].map((busy) => gatheringMs(busy, 20))).toEqual([0, 0, 0])
    expect(gatheringMs(0.45, 20)).toBeCloseTo(10)
    expect([0.65, 1].map((busy) => gatheringMs(busy, 20))).toEqual([20, 20])
  })
})
