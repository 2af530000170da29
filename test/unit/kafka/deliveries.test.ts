import type { EachBatchPayload } from 'kafkajs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Deliveries } from '../../../infra/kafka/deliveries.ts'
import { deliveries } from '../../../infra/kafka/deliveries.ts'
import { offsetCommits } from '../../../infra/kafka/offset-commits.ts'
import type { BatchHandler, RecordBatch } from '../../../shared/ports/command-log.ts'
import { systemClock } from '../../../shared/runtime/system-clock.ts'
import { defaultTimes } from '../../../shared/runtime/times.ts'
import { keepingKafkaLog } from '../../support/kafka/keeping-kafka-log.ts'
import { until } from '../../support/poll.ts'

const fence = Object.assign(new Error('the group is rebalancing'), { type: 'REBALANCE_IN_PROGRESS' })

/** The driver's side of one batch: what it would be told. */
const payloadOf = (partition: number, heartbeat: () => Promise<void> = async () => {}) => {
  const resolved: string[] = []
  const committed: string[] = []
  const message = { key: Buffer.from('k'), value: Buffer.from('v'), headers: {}, offset: '41' }
  const payload = {
    batch: { partition, messages: [message], highWatermark: '45' },
    heartbeat,
    resolveOffset: (offset: string) => void resolved.push(offset),
    commitOffsetsIfNecessary: async (offsets: { topics: { partitions: { offset: string }[] }[] }) => {
      committed.push(...offsets.topics.flatMap(({ partitions }) => partitions.map(({ offset }) => offset)))
    },
  }
  return { payload: payload as unknown as EachBatchPayload, resolved, committed }
}

describe('deliveries', () => {
  let delivering: Deliveries | undefined
  afterEach(() => delivering?.end())

  const open = (handler: BatchHandler): Deliveries => {
    const log = keepingKafkaLog()
    const times = { ...defaultTimes, consumerHeartbeatMs: 10, retryFirstMs: 1, offsetCommitMs: 5 }
    const commits = offsetCommits({ topic: 't', everyMs: times.offsetCommitMs, clock: systemClock, log })
    delivering = deliveries({ handler, commits, times, clock: systemClock, log })
    return delivering
  }

  it('tell the driver of a batch that is done, and commit the place behind it', async () => {
    const { eachBatch, begin } = open(async () => {})
    begin([0])
    const { payload, resolved, committed } = payloadOf(0)
    await eachBatch(payload)
    expect(resolved).toEqual(['41'])
    await until('the commit', () => committed.length > 0)
    expect(committed).toEqual(['42'])
  })

  it('hand on nothing of a partition that is another’s by now', async () => {
    let calls = 0
    const { eachBatch, begin } = open(async () => {
      calls += 1
    })
    begin([1])
    const { payload, resolved } = payloadOf(0)
    await eachBatch(payload)
    expect([calls, resolved]).toEqual([0, []])
  })

  it('ask the group while a handler works that does not, and tell it what was lost', async () => {
    let beats = 0
    const { eachBatch, begin } = open(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    begin([0])
    const { payload, resolved } = payloadOf(0, async () => {
      beats += 1
      if (beats === 3) throw fence
    })
    await expect(eachBatch(payload)).rejects.toBe(fence)
    expect(resolved).toEqual([])
  })

  it('acknowledge nothing that was finished after the group had changed', async () => {
    const held = Promise.withResolvers<RecordBatch>()
    const go = Promise.withResolvers<void>()
    const { eachBatch, begin } = open(async (batch) => {
      held.resolve(batch)
      await go.promise
    })
    begin([0])
    const { payload, resolved, committed } = payloadOf(0)
    const delivered = eachBatch(payload)
    const { signal } = await held.promise
    begin([0, 1])
    expect(signal.aborted).toBe(true)
    go.resolve()
    await delivered
    expect([resolved, committed]).toEqual([[], []])
  })

  it('know how many records are not handled yet, and nothing of partitions that were given away', async () => {
    const held = Promise.withResolvers<RecordBatch>()
    const go = Promise.withResolvers<void>()
    const delivering = open(async (batch) => {
      held.resolve(batch)
      await go.promise
    })
    delivering.begin([0])
    const delivered = delivering.eachBatch(payloadOf(0).payload)
    await held.promise
    // Of 41 to 44 one is in hand.
    expect(delivering.lag).toBe(4)
    go.resolve()
    await delivered
    expect(delivering.lag).toBe(3)
    delivering.begin([1])
    expect(delivering.lag).toBe(0)
  })

  it('let no error of a handler out, but deliver again', async () => {
    let calls = 0
    const { eachBatch, begin } = open(async () => {
      calls += 1
      if (calls < 4) throw new TypeError('no')
    })
    begin([0])
    const { payload, resolved } = payloadOf(0)
    await expect(eachBatch(payload)).resolves.toBeUndefined()
    expect([calls, resolved]).toEqual([4, ['41']])
  })

  it('end with those in hand, and commit these before that', async () => {
    const held = Promise.withResolvers<void>()
    const { eachBatch, begin, finish } = open(async ({ signal }) => {
      held.resolve()
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    })
    begin([0])
    const { payload, committed } = payloadOf(0)
    const delivered = eachBatch(payload)
    await held.promise
    await finish()
    expect(committed).toEqual(['42'])
    await delivered
    const late = payloadOf(0)
    await eachBatch(late.payload)
    expect(late.resolved).toEqual([])
  })
})
