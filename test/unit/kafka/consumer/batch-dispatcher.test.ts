import { setTimeout as sleep } from 'node:timers/promises'
import type { EachBatchPayload } from 'kafkajs'
import { afterEach, describe, expect, it } from 'vitest'
import type { BatchDispatcher } from '../../../../infra/kafka/consumer/batch-dispatcher.ts'
import { batchDispatcher } from '../../../../infra/kafka/consumer/batch-dispatcher.ts'
import { offsetCommits } from '../../../../infra/kafka/consumer/offset-commits.ts'
import type { RecordBatch } from '../../../../shared/ports/command-log.ts'
import { acknowledgementBounds } from '../../../../shared/runtime/async/acknowledgement-queue.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { systemClock } from '../../../../shared/runtime/process/system-clock.ts'
import type { TestHandler } from '../../../contract/command-log/collecting.ts'
import { batchHandler } from '../../../contract/command-log/collecting.ts'
import { until } from '../../../support/poll.ts'
import { recordingLog } from '../../../support/recording-log.ts'

const fence = Object.assign(new Error('the group is rebalancing'), { type: 'REBALANCE_IN_PROGRESS' })

/** One batch as kafkajs passes it, with the calls that it would receive. */
const payloadOf = (partition: number, heartbeat: () => Promise<void> = async () => {}, offset = '41') => {
  const resolved: string[] = []
  const committed: string[] = []
  const message = { key: Buffer.from('k'), value: Buffer.from('v'), headers: {}, offset }
  const payload = {
    batch: { partition, messages: [message], highWatermark: '45' },
    heartbeat,
    isStale: () => false,
    resolveOffset: (offset: string) => void resolved.push(offset),
    commitOffsetsIfNecessary: async (offsets: { topics: { partitions: { offset: string }[] }[] }) => {
      committed.push(...offsets.topics.flatMap(({ partitions }) => partitions.map(({ offset }) => offset)))
    },
  }
  return { payload: payload as unknown as EachBatchPayload, resolved, committed }
}

describe('the batch dispatcher', () => {
  let dispatcher: BatchDispatcher | undefined
  afterEach(() => dispatcher?.end())

  const sought: string[] = []
  const ends: Error[] = []

  const open = (handler: TestHandler): BatchDispatcher => {
    sought.length = 0
    ends.length = 0
    const log = recordingLog()
    const times = { ...defaultTimes, consumerHeartbeatMs: 10, retryFirstMs: 1, offsetCommitMs: 5 }
    const commits = offsetCommits({ topic: 't', everyMs: times.offsetCommitMs, clock: systemClock, log })
    dispatcher = batchDispatcher({
      handler: batchHandler(handler),
      commits,
      seek: (partition, offset) => void sought.push(`${partition}:${offset}`),
      endSession: (cause) => void ends.push(cause),
      times,
      clock: systemClock,
      log,
    })
    return dispatcher
  }

  it('resolves the offset of a finished batch and commits the one after it', async () => {
    const { eachBatch, begin } = open(async () => {})
    begin([0])
    const { payload, resolved, committed } = payloadOf(0)
    await eachBatch(payload)
    expect(resolved).toEqual(['41'])
    await until('the commit', () => committed.length > 0)
    expect(committed).toEqual(['42'])
  })

  it('resolves and commits the handled part of a batch', async () => {
    const { eachBatch, begin } = open(async () => ({ done: Promise.resolve(), handled: 1 }))
    begin([0])
    const { payload, resolved, committed } = payloadOf(0)
    const [message] = payload.batch.messages
    if (message !== undefined) payload.batch.messages.push({ ...message, offset: '42' })
    await eachBatch(payload)
    expect(resolved).toEqual(['41'])
    await until('the commit', () => committed.length > 0)
    expect(committed).toEqual(['42'])
  })

  it('does not deliver batches of a partition that was reassigned', async () => {
    let calls = 0
    const { eachBatch, begin } = open(async () => {
      calls += 1
    })
    begin([1])
    const { payload, resolved } = payloadOf(0)
    await eachBatch(payload)
    expect([calls, resolved]).toEqual([0, []])
  })

  it('sends heartbeats while a handler runs, and aborts its signal when the partition is lost', async () => {
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

  it('does not acknowledge a batch that finished after a rebalance', async () => {
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

  it('counts the records that are not acknowledged, of assigned partitions only', async () => {
    const held = Promise.withResolvers<RecordBatch>()
    const go = Promise.withResolvers<void>()
    const dispatcher = open(async (batch) => {
      held.resolve(batch)
      await go.promise
    })
    dispatcher.begin([0])
    const delivered = dispatcher.eachBatch(payloadOf(0).payload)
    await held.promise
    // One of the records 41 to 44 is delivered.
    expect(dispatcher.lag).toBe(4)
    go.resolve()
    await delivered
    expect(dispatcher.lag).toBe(3)
    dispatcher.begin([1])
    expect(dispatcher.lag).toBe(0)
  })

  it('delivers a batch again after an error of the handler, and hides the error from the driver', async () => {
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

  it('finishes after the delivered batches, and commits them first', async () => {
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

  /** A partition whose batches, one record each, have effects that the test ends. */
  const overlapping = () => {
    const effects: PromiseWithResolvers<void>[] = []
    const signals: AbortSignal[] = []
    const committed: string[] = []
    const dispatcher = open(async ({ signal }) => {
      const effect = Promise.withResolvers<void>()
      effects.push(effect)
      signals.push(signal)
      return { done: effect.promise }
    })
    const deliver = (offset: number, commit: () => Promise<void> = async () => {}) => {
      const { payload } = payloadOf(0, undefined, String(offset))
      const commitOffsetsIfNecessary: EachBatchPayload['commitOffsetsIfNecessary'] = async (offsets) => {
        committed.push(...(offsets?.topics ?? []).flatMap(({ partitions }) => partitions.map((each) => each.offset)))
        await commit()
      }
      return dispatcher.eachBatch({ ...payload, commitOffsetsIfNecessary })
    }
    dispatcher.begin([0])
    return { dispatcher, deliver, effects, signals, committed }
  }

  it('commits the offsets of the finished prefix only', async () => {
    const { deliver, effects, committed } = overlapping()
    for (const offset of [1, 2, 3]) await deliver(offset)
    effects[1]?.resolve()
    effects[0]?.resolve()
    await until('the commit', () => committed.length > 0)
    expect(committed).toEqual(['3'])
  })

  it('delivers no further batch of a partition with too many unfinished ones, until one is finished', async () => {
    const { deliver, effects } = overlapping()
    const { maxBatches } = acknowledgementBounds
    for (let offset = 0; offset < maxBatches; offset += 1) await deliver(offset)
    const next = deliver(maxBatches)
    await new Promise((resolve) => setImmediate(resolve))
    expect(effects).toHaveLength(maxBatches)
    effects[0]?.resolve()
    await next
    expect(effects).toHaveLength(maxBatches + 1)
  })

  it('rewinds to the last committed offset, after the commit in flight', async () => {
    const { dispatcher, deliver, effects, signals, committed } = overlapping()
    const answer = Promise.withResolvers<void>()
    for (const offset of [1, 2, 3]) await deliver(offset, () => answer.promise)
    effects[0]?.resolve()
    await until('the commit', () => committed.length > 0)
    effects[1]?.resolve()
    const rewound = dispatcher.rewind()
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(sought).toEqual([])
    answer.resolve()
    await rewound
    expect(sought).toEqual(['0:2'])
    effects[2]?.resolve()
    await sleep(20)
    expect(committed).toEqual(['2'])
  })

  it('rewinds to the first offset delivered where nothing is committed', async () => {
    const { dispatcher, deliver } = overlapping()
    for (const offset of [7, 8]) await deliver(offset)
    await dispatcher.rewind()
    expect(sought).toEqual(['0:7'])
  })

  it('delivers nothing that was fetched before a rewind had ended', async () => {
    const { dispatcher, deliver, effects, committed } = overlapping()
    const answer = Promise.withResolvers<void>()
    await deliver(1, () => answer.promise)
    effects[0]?.resolve()
    await until('the commit', () => committed.length > 0)
    const rewound = dispatcher.rewind()
    const early = deliver(2)
    answer.resolve()
    await Promise.all([rewound, early])
    expect(effects).toHaveLength(1)
    const { payload } = payloadOf(0)
    await dispatcher.eachBatch({ ...payload, isStale: () => true })
    expect(effects).toHaveLength(1)
    await deliver(2)
    expect(effects).toHaveLength(2)
  })

  it('joins the group again for a rewind when the last commit has no answer', async () => {
    const { dispatcher, deliver, effects, committed } = overlapping()
    await deliver(1, () => Promise.reject(new Error('no answer')))
    effects[0]?.resolve()
    await until('the commit', () => committed.length > 0)
    await dispatcher.rewind()
    expect(sought).toEqual([])
    expect(ends).toMatchObject([{ name: 'UncertainCommitError', retriable: true }])
    await deliver(2)
    expect(effects).toHaveLength(1)
  })

  it('gives up the delivered batches when the group refuses a commit', async () => {
    const { deliver, effects, signals } = overlapping()
    await deliver(1, () => Promise.reject(fence))
    await deliver(2)
    effects[0]?.resolve()
    await until('the end', () => signals[1]?.aborted)
    await expect(deliver(3)).rejects.toBe(fence)
  })

  it('rewinds when the effects of a batch fail, with a pause that grows', async () => {
    const { dispatcher, deliver, effects } = overlapping()
    await deliver(1)
    effects[0]?.reject(new Error('given up'))
    await until('the rewind', () => sought.length > 0)
    expect(sought).toEqual(['0:1'])
    await dispatcher.rewind()
    await deliver(1)
    expect(effects).toHaveLength(2)
  })

  it('finishes when all effects have ended, and accepts none that a new assignment has dropped', async () => {
    const { dispatcher, deliver, effects, committed } = overlapping()
    await deliver(1)
    let isFinished = false
    const finished = dispatcher.finish().then(() => {
      isFinished = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isFinished).toBe(false)
    effects[0]?.resolve()
    await finished
    await until('the commit', () => committed.length > 0)
    expect(committed).toEqual(['2'])
    const lost = overlapping()
    await lost.deliver(1)
    lost.dispatcher.begin([0])
    lost.effects[0]?.resolve()
    await lost.dispatcher.finish()
    expect(lost.committed).toEqual([])
  })
})
