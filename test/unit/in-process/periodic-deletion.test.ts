import { describe, expect, it } from 'vitest'
import { startPeriodicDeletion } from '../../../infra/in-process/periodic-deletion.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import { virtualClock } from '../simulation/virtual-clock.ts'

const hourMs = 3_600_000

const rejections = 'old rejections'

const open = (slices: (rows: number) => number) => {
  const clock = virtualClock(seededRandom(1))
  const log = recordingLog()
  const asked: number[] = []
  const deleteSlice = (rows: number): Promise<number> => {
    asked.push(rows)
    return Promise.resolve().then(() => slices(rows))
  }
  return { clock, log, asked, deletion: startPeriodicDeletion({ slices: { [rejections]: deleteSlice }, clock, log }) }
}

describe('the periodic deletion of the embedded mode', () => {
  it('runs at start and then every hour', async () => {
    const { clock, asked, deletion } = open(() => 0)
    await clock.run(1_000)
    expect(asked).toHaveLength(1)
    await clock.run(3 * hourMs)
    expect(asked).toHaveLength(4)
    await deletion.stop()
  })

  it('deletes in slices of 500 rows with a pause after each, so that other statements run between them', async () => {
    let left = 1_250
    const { clock, log, asked, deletion } = open((rows) => {
      const deleted = Math.min(rows, left)
      left -= deleted
      return deleted
    })
    await clock.run(50)
    expect(asked).toEqual([500])
    await clock.run(1_000)
    expect(asked).toEqual([500, 500, 500])
    expect(log.lines).toEqual(['old rows deleted {"rows":"old rejections","deleted":1250}'])
    await deletion.stop()
  })

  it('logs a failure and tries again an hour later', async () => {
    let attempts = 0
    const { clock, log, deletion } = open(() => {
      attempts += 1
      if (attempts === 1) throw new Error('the database is away')
      return 3
    })
    await clock.run(1_000)
    expect(log.lines).toEqual(['deleting old rows failed {"rows":"old rejections","reason":"the database is away"}'])
    await clock.run(hourMs)
    expect(log.lines.at(-1)).toBe('old rows deleted {"rows":"old rejections","deleted":3}')
    await deletion.stop()
  })

  it('deletes other rows after a failure in the same round', async () => {
    const clock = virtualClock(seededRandom(1))
    const log = recordingLog()
    let left = 2
    const slices = {
      rejections: () => Promise.reject(new Error('the table is locked')),
      messages: () => Promise.resolve(left).finally(() => (left = 0)),
    }
    const deletion = startPeriodicDeletion({ slices, clock, log })
    await clock.run(1_000)
    expect(log.lines).toEqual([
      'deleting old rows failed {"rows":"rejections","reason":"the table is locked"}',
      'old rows deleted {"rows":"messages","deleted":2}',
    ])
    await deletion.stop()
  })

  it('begins no further slice after it was stopped', async () => {
    const { clock, asked, deletion } = open((rows) => rows)
    await clock.run(250)
    const before = asked.length
    await deletion.stop()
    await clock.run(2 * hourMs)
    expect(asked).toHaveLength(before)
  })
})
