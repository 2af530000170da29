import { AssignerProtocol } from 'kafkajs'
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'
import { describe, expect, it } from 'vitest'
import { delayRejoin } from '../../../../infra/kafka/kafkajs-patches/late-rejoin.ts'

delayRejoin()

const nothing = (): void => {}
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** A group member with a coordinator that the test controls. */
const memberOf = async (names: readonly string[], sessionTimeout = 10_000) => {
  const seen = { state: 'Stable', members: names }
  let heartbeats = 0
  const coordinator = {
    joinGroup: async () => ({ generationId: 1, leaderId: 'another', memberId: names[0], members: [], groupProtocol: 'p' }),
    syncGroup: async () => ({
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment: {}, userData: Buffer.alloc(0) }),
    }),
    describeGroups: async () => ({
      groups: [{ state: seen.state, members: seen.members.map((memberId) => ({ memberId })) }],
    }),
    heartbeat: async () => {
      heartbeats += 1
      if (seen.state !== 'Stable') throw Object.assign(new Error('rebalancing'), { type: 'REBALANCE_IN_PROGRESS' })
    },
  }
  const group = new ConsumerGroup({
    groupId: 'writers',
    topics: [],
    topicConfigurations: {},
    assigners: [],
    sessionTimeout,
    logger: { namespace: () => quiet },
    instrumentationEmitter: { emit: nothing },
    cluster: { findGroupCoordinator: async () => coordinator, committedOffsets: () => ({}) },
  })
  await group.joinAndSync()
  // The members are read after the join.
  await new Promise((resolve) => setImmediate(resolve))
  group.lastRequest = 0
  return { group, seen, heartbeats: () => heartbeats }
}

describe('a consumer whose group rebalances', () => {
  it('keeps working while every member of its generation is listed, because one may be dead', async () => {
    const { group, seen } = await memberOf(['me', 'dead'])
    Object.assign(seen, { state: 'PreparingRebalance', members: ['me', 'dead', 'new'] })
    await expect(group.heartbeat({ interval: 500 })).resolves.toBeUndefined()
  })

  it('sends its next heartbeat only after the interval', async () => {
    const { group, seen, heartbeats } = await memberOf(['me', 'dead'])
    seen.state = 'PreparingRebalance'
    for (let beat = 0; beat < 5; beat += 1) await group.heartbeat({ interval: 60_000 })
    expect(heartbeats()).toBe(1)
  })

  it.each([
    ['a member of its generation is missing', ['me', 'dead'], { state: 'PreparingRebalance', members: ['me', 'new'] }],
    [
      'it was the only member, so that no other member can be dead',
      ['me'],
      { state: 'PreparingRebalance', members: ['me', 'new'] },
    ],
    [
      'the group no longer waits for members to join',
      ['me', 'other'],
      { state: 'CompletingRebalance', members: ['me', 'other'] },
    ],
  ])('joins again when %s', async (_, generation, next) => {
    const { group, seen } = await memberOf(generation)
    Object.assign(seen, next)
    await expect(group.heartbeat({ interval: 500 })).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
  })

  it('joins again after a session time-out, when no dead member can be listed any more', async () => {
    const { group, seen } = await memberOf(['me', 'other'], 20)
    seen.state = 'PreparingRebalance'
    await group.heartbeat({ interval: 0 })
    const startedMs = Date.now()
    const untilHeartbeatThrows = async (): Promise<unknown> => {
      for (;;) {
        try {
          await group.heartbeat({ interval: 0 })
        } catch (error) {
          return error
        }
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    expect(await untilHeartbeatThrows()).toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(19)
  })
})
