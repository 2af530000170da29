import { describe, expect, it } from 'vitest'
import { partitionAssignment } from '../../../../infra/kafka/consumer/partition-assignment.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../../support/simulation/virtual-clock.ts'

const sessionMs = 10_000

const rig = () => {
  const clock = virtualClock(seededRandom(1))
  return { clock, held: partitionAssignment([1, 2], sessionMs, clock) }
}

const away = () => Promise.reject(new Error('connect ECONNREFUSED'))

describe('a tenure in a group', () => {
  it('lasts while the group answers', async () => {
    const { clock, held } = rig()
    for (let beat = 0; beat < 20; beat += 1) {
      await clock.run(1_000)
      await held.heartbeat(async () => {})
    }
    expect(held.signal.aborted).toBe(false)
    expect(held.lost).toBeUndefined()
  })

  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP'])(
    'ends with %s, for ever, and tells it as it came',
    async (type) => {
      const { held } = rig()
      const fence = Object.assign(new Error('no'), { type })
      await expect(held.heartbeat(() => Promise.reject(fence))).rejects.toBe(fence)
      expect(held.signal.aborted).toBe(true)
      await expect(held.heartbeat(async () => {})).rejects.toBe(fence)
    },
  )

  it('bears a broker that is away, but not for longer than a session', async () => {
    const { clock, held } = rig()
    await clock.run(sessionMs - 1)
    await held.heartbeat(away)
    expect(held.signal.aborted).toBe(false)
    await clock.run(2)
    await expect(held.heartbeat(away)).rejects.toMatchObject({ name: 'SilenceError', retriable: false })
    expect(held.signal.aborted).toBe(true)
  })

  it('counts silence from the last answer', async () => {
    const { clock, held } = rig()
    await clock.run(sessionMs - 1)
    await held.heartbeat(async () => {})
    await clock.run(sessionMs - 1)
    await expect(held.heartbeat(away)).resolves.toBeUndefined()
  })

  it('is not lost when it is given back, until the group says so', async () => {
    const { held } = rig()
    held.giveBack()
    expect(held.signal.aborted).toBe(true)
    await held.heartbeat(async () => {})
    held.lose(new Error('gone'))
    await expect(held.heartbeat(async () => {})).rejects.toThrow('gone')
  })
})
