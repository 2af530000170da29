import { describe, expect, it } from 'vitest'
import { kafkaCommandLog } from '../../../infra/kafka/command-log.ts'
import type { RecordBatch } from '../../../shared/ports/command-log.ts'
import { until } from '../../support/poll.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { batchHandler, collect, manyKeys, record, recordsOf, valuesOf } from '../command-log/collecting.ts'
import { openKafkaCommandLog } from './open-kafka.ts'

const untilAborted = ({ signal }: RecordBatch): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })

describe.skipIf(noStackReason())('a rebalance of a consumer group on Kafka', () => {
  it('aborts the signal of a delivered batch, acknowledges the batch if it still finishes, and does not deliver it again', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    const heartbeats: string[] = []
    const one = await collect(opened, async (batch) => {
      if (one.batches.length > 1) return
      await untilAborted(batch)
      await batch.heartbeat().catch((error: { type?: string }) => heartbeats.push(String(error.type)))
    })
    await opened.log.publish(recordsOf('first', 2))
    await one.received(2)
    const other = await collect(opened)
    expect(heartbeats).toEqual(['REBALANCE_IN_PROGRESS'])
    const keys = manyKeys(20)
    await opened.log.publish(keys.map((key) => record(key)))
    await until('all records to be delivered', () => one.records.length + other.records.length >= 22, {
      withinMs: opened.withinMs,
    })
    const all = [...one.records, ...other.records]
    expect(valuesOf(all.filter(({ key }) => key === 'first'))).toEqual(['first 0', 'first 1'])
  })

  it('delivers a batch again that was given up', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    let isGivenUp = false
    const handle = async (batch: RecordBatch): Promise<void> => {
      if (isGivenUp) return
      await untilAborted(batch)
      isGivenUp = true
      batch.signal.throwIfAborted()
    }
    const one = await collect(opened, handle)
    await opened.log.publish(recordsOf('given up', 2))
    await one.received(2)
    const other = await collect(opened)
    await until('the batch to be delivered again', () => one.records.length + other.records.length >= 4, {
      withinMs: opened.withinMs,
    })
    const again = [...one.records.slice(2), ...other.records]
    expect(valuesOf(again)).toEqual(['given up 0', 'given up 1'])
  })

  it('loses no record and keeps the order of each key over many changes under load', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    const seen = new Map<string, number[]>()
    const handle = async ({ records }: RecordBatch): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      for (const { key, value } of records) seen.set(key, [...(seen.get(key) ?? []), Number(value)])
    }
    const keys = manyKeys(6)
    const rounds = 60
    let round = 0
    const publishing = (async () => {
      for (; round < rounds; round += 1) await opened.log.publish(keys.map((key) => record(key, String(round))))
    })()
    let latest = await opened.log.consume(batchHandler(handle))
    for (let change = 0; change < 4; change += 1) {
      const next = await opened.log.consume(batchHandler(handle))
      await latest.stop()
      latest = next
    }
    await publishing
    const last = (key: string): number | undefined => seen.get(key)?.at(-1)
    await until('the last record of each key', () => keys.every((key) => last(key) === rounds - 1), { withinMs: opened.withinMs })
    for (const key of keys) {
      const firsts = [...new Set(seen.get(key))]
      expect(firsts).toEqual(Array.from({ length: rounds }, (_, index) => index))
    }
  })

  it('uses a longer session when the brokers refuse the configured one', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    const times = { ...opened.options.times, consumerSessionMs: 500, consumerHeartbeatMs: 100 }
    const log = kafkaCommandLog({ ...opened.options, times })
    await opened.log.publish(recordsOf('short', 1))
    const { records, received } = await collect({ ...opened, log })
    await received(1)
    expect(valuesOf(records)).toEqual(['short 0'])
    await log.close()
  })

  it('is limited to its namespace: another group begins at the first record', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    await using apart = await openKafkaCommandLog(sharedStack())
    await opened.log.publish(recordsOf('here', 1))
    await apart.log.publish(recordsOf('there', 1))
    const [here, there] = [await collect(opened), await collect(apart)]
    await Promise.all([here.received(1), there.received(1)])
    expect([...valuesOf(here.records), ...valuesOf(there.records)]).toEqual(['here 0', 'there 0'])
  })
})

/** Timers and sockets that keep this process alive. */
const held = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind.startsWith('TCP')).length

describe.skipIf(noStackReason())('closing a command log on Kafka', () => {
  it('stops its consumers and leaves no timer and no socket', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    const before = held()
    const log = kafkaCommandLog(opened.options)
    const { received } = await collect({ ...opened, log })
    await log.publish([record('a')])
    await received(1)
    expect(held()).toBeGreaterThan(before)
    await log.close()
    await until('all timers and sockets to be closed', () => held() <= before)
  })
})
