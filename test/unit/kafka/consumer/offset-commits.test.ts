import type { OffsetsByTopicPartition } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { offsetCommits } from '../../../../infra/kafka/consumer/offset-commits.ts'
import { recordingLog } from '../../../support/recording-log.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

/** Commits take 10 ms and fail as scripted; then all succeed. */
const rig = (failures: (Error | undefined)[] = []) => {
  const clock = virtualClock(seededRandom(1))
  const log = recordingLog()
  const commits = offsetCommits({ topic: 'commands', everyMs: 250, clock, log })
  const committed: string[] = []
  let underWay = 0
  const commit = async ({ topics }: OffsetsByTopicPartition): Promise<void> => {
    underWay += 1
    expect(underWay).toBe(1)
    committed.push((topics[0]?.partitions ?? []).map(({ partition, offset }) => `${partition}:${offset}`).join())
    await clock.sleep(10)
    underWay -= 1
    const failure = failures.shift()
    if (failure !== undefined) throw failure
  }
  return { clock, log, commits, committed, done: (partition: number, next: string) => commits.done(partition, next, commit) }
}

describe('the offset commits of a consumer', () => {
  it('commit the progress of each partition periodically', async () => {
    const { clock, committed, done } = rig()
    done(0, '1')
    done(1, '7')
    done(0, '2')
    await clock.run(249)
    expect(committed).toEqual([])
    await clock.run(20)
    expect(committed).toEqual(['0:2,1:7'])
    await clock.run(1_000)
    expect(committed).toHaveLength(1)
  })

  it('are sent at once by flush, one at a time', async () => {
    const { clock, commits, committed, done } = rig()
    done(0, '1')
    const first = commits.flush()
    await clock.run(5)
    done(0, '2')
    const second = commits.flush()
    await clock.run(30)
    await Promise.all([first, second])
    expect(committed).toEqual(['0:1', '0:2'])
  })

  it('are retried after a failure, with the newest offset, and log the failure once', async () => {
    const { clock, log, committed, done } = rig([new Error('away'), new Error('away')])
    done(0, '1')
    done(1, '1')
    await clock.run(255)
    done(0, '2')
    await clock.run(2_000)
    expect(committed).toEqual(['0:1,1:1', '0:2,1:1', '0:2,1:1'])
    expect(log.lines).toHaveLength(1)
  })

  it('log nothing when the group has changed', async () => {
    const { clock, log, done } = rig([Object.assign(new Error('changed'), { type: 'ILLEGAL_GENERATION' })])
    done(0, '1')
    await clock.run(300)
    expect(log.lines).toEqual([])
  })

  it('never commit a forgotten offset, not even one whose commit was pending', async () => {
    const { clock, commits, committed, done } = rig([new Error('away')])
    done(0, '1')
    commits.forget()
    await clock.run(1_000)
    expect(committed).toEqual([])
    done(0, '5')
    void commits.flush()
    await clock.run(5)
    commits.forget()
    await clock.run(1_000)
    expect(committed).toEqual(['0:5'])
  })
})
