import { describe, expect, it } from 'vitest'
import { partitionAssignment } from '../../../../infra/kafka/consumer/partition-assignment.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const sessionMs = 10_000

const rig = () => {
  const clock = virtualClock(seededRandom(1))
  return { clock, held: partitionAssignment([1, 2], sessionMs, clock) }
}

const away = () => Promise.reject(new Error('connect ECONNREFUSED'))

describe('the assignment of partitions to a consumer', () => {
  it('is valid while the group answers heartbeats', async () => {
    const { clock, held } = rig()
    for (let beat = 0; beat < 20; beat += 1) {
      await clock.run(1_000)
      await held.heartbeat(async () => {})
    }
    expect(held.signal.aborted).toBe(false)
    expect(held.lost).toBeUndefined()
  })

  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP'])(
    'ends permanently with %s, and rethrows that error',
    async (type) => {
      const { held } = rig()
      const fence = Object.assign(new Error('no'), { type })
      await expect(held.heartbeat(() => Promise.reject(fence))).rejects.toBe(fence)
      expect(held.signal.aborted).toBe(true)
      await expect(held.heartbeat(async () => {})).rejects.toBe(fence)
    },
  )

  it('survives a broker that does not answer, for at most a session time-out', async () => {
    const { clock, held } = rig()
    await clock.run(sessionMs - 1)
    await held.heartbeat(away)
    expect(held.signal.aborted).toBe(false)
    await clock.run(2)
    await expect(held.heartbeat(away)).rejects.toMatchObject({ name: 'SilenceError', retriable: false })
    expect(held.signal.aborted).toBe(true)
  })

  it('measures the silence of the brokers from their last answer', async () => {
    const { clock, held } = rig()
    await clock.run(sessionMs - 1)
    await held.heartbeat(async () => {})
    await clock.run(sessionMs - 1)
    await expect(held.heartbeat(away)).resolves.toBeUndefined()
  })

  it('is not lost after it was given back, until the group revokes it', async () => {
    const { held } = rig()
    held.giveBack()
    expect(held.signal.aborted).toBe(true)
    await held.heartbeat(async () => {})
    held.lose(new Error('gone'))
    await expect(held.heartbeat(async () => {})).rejects.toThrow('gone')
  })
})
