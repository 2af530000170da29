import { describe, expect, it } from 'vitest'
import { createBatchDelay } from '../../../../shared/runtime/async/batch-delay.ts'

const rig = (runs: number, maxMs: number) => {
  let nowMs = 0
  const batchDelay = createBatchDelay({ monotonicMs: () => nowMs }, { runs, maxMs })
  /** The pause after the last of several consecutive runs. */
  const run = (times: number, items: number, tookMs: number): number => {
    let pauseMs = 0
    for (let index = 0; index < times; index += 1) {
      nowMs += tookMs + pauseMs
      pauseMs = batchDelay.delayAfter(items, tookMs)
    }
    return pauseMs
  }
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { run, pass }
}

describe('the batch delay', () => {
  it('is proportional to the run when more items are expected meanwhile', () => {
    expect(rig(2, 50).run(50, 5, 4)).toBe(8)
  })

  it('is at most the configured maximum', () => {
    expect(rig(2, 12).run(50, 50, 40)).toBe(12)
  })

  it('is zero when less than one item is expected in the pause', () => {
    const { run, pass } = rig(2, 50)
    for (let index = 0; index < 50; index += 1) {
      expect(run(1, 1, 4)).toBe(0)
      pass(50)
    }
  })

  it('returns to zero after an idle period', () => {
    const { run, pass } = rig(2, 50)
    run(50, 20, 4)
    pass(2_000)
    expect(run(1, 1, 4)).toBe(0)
  })
})
