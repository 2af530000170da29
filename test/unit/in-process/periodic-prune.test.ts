import { describe, expect, it } from 'vitest'
import { startPeriodicPrune } from '../../../infra/in-process/periodic-prune.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import { virtualClock } from '../simulation/virtual-clock.ts'

const hourMs = 3_600_000

const open = (slices: (rows: number) => number) => {
  const clock = virtualClock(seededRandom(1))
  const log = recordingLog()
  const asked: number[] = []
  const pruneSlice = (rows: number): Promise<number> => {
    asked.push(rows)
    return Promise.resolve().then(() => slices(rows))
  }
  return { clock, log, asked, pruning: startPeriodicPrune({ pruneSlice, clock, log }) }
}

describe('the periodic prune of the embedded mode', () => {
  it('runs at start and then every hour', async () => {
    const { clock, asked, pruning } = open(() => 0)
    await clock.run(1_000)
    expect(asked).toHaveLength(1)
    await clock.run(3 * hourMs)
    expect(asked).toHaveLength(4)
    await pruning.stop()
  })

  it('deletes in slices of 500 rows with a pause after each, so that other statements run between them', async () => {
    let left = 1_250
    const { clock, log, asked, pruning } = open((rows) => {
      const pruned = Math.min(rows, left)
      left -= pruned
      return pruned
    })
    await clock.run(50)
    expect(asked).toEqual([500])
    await clock.run(1_000)
    expect(asked).toEqual([500, 500, 500])
    expect(log.lines).toEqual(['old rejections pruned {"pruned":1250}'])
    await pruning.stop()
  })

  it('logs a failure and tries again an hour later', async () => {
    let attempts = 0
    const { clock, log, pruning } = open(() => {
      attempts += 1
      if (attempts === 1) throw new Error('the database is away')
      return 3
    })
    await clock.run(1_000)
    expect(log.lines).toEqual(['pruning old rejections failed {"reason":"the database is away"}'])
    await clock.run(hourMs)
    expect(log.lines.at(-1)).toBe('old rejections pruned {"pruned":3}')
    await pruning.stop()
  })

  it('begins no further slice after it was stopped', async () => {
    const { clock, asked, pruning } = open((rows) => rows)
    await clock.run(250)
    const before = asked.length
    await pruning.stop()
    await clock.run(2 * hourMs)
    expect(asked).toHaveLength(before)
  })
})
