import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KafkaCommandLogOptions } from '../../infra/kafka/command-log.ts'
import { kafkaCommandLog } from '../../infra/kafka/command-log.ts'
import type { CommandLog, Consumption, RecordBatch } from '../../shared/ports/command-log.ts'
import { collect, manyKeys, record, recordsOf, valuesOf } from '../contract/command-log/collecting.ts'
import type { OpenCommandLog } from '../contract/command-log/open-command-log.ts'
import { kafkaWithTopics } from '../contract/kafka/open-kafka.ts'
import { until } from '../support/poll.ts'
import type { Stack } from '../support/stack/stack.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'

const times = {
  producerRequestMs: 1_500,
  kafkaConnectMs: 1_000,
  consumerSessionMs: 3_000,
  consumerHeartbeatMs: 300,
  consumerRebalanceMs: 5_000,
  offsetCommitMs: 100,
}
const backoff = { withinMs: 40_000, everyMs: 100 }

const untilAborted = ({ signal }: RecordBatch): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })

/** Counts how often the consumer has ended for good. */
const watchFailure = ({ failed }: Consumption): { readonly failures: number } => {
  const seen = { failures: 0 }
  failed.catch(() => {
    seen.failures += 1
  })
  return seen
}

describe.skipIf(stackKind() !== 'native')('A consumer of a Kafka that fails', () => {
  let stack: Stack
  let options: KafkaCommandLogOptions
  const logs: CommandLog[] = []

  beforeAll(async () => {
    stack = await startStack({ links: ['writer'] })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  beforeEach(async () => {
    // Repairs what the previous test broke.
    stack.link('writer', 'kafka').heal()
    await stack.kafka.start()
    await stack.kafka.resume()
    const opened = await kafkaWithTopics(stack)
    options = { ...opened, times: { ...opened.times, ...times } }
    return async () => {
      await Promise.all(logs.splice(0).map((log) => log.close()))
    }
  })

  const openAs = (role?: string): OpenCommandLog => {
    const log = kafkaCommandLog({ ...options, brokers: stack.urls(role).kafkaBrokers })
    logs.push(log)
    return { log, deadLetters: async () => [], withinMs: 40_000, [Symbol.asyncDispose]: () => log.close() }
  }
  const publishSoon = (log: CommandLog, ...values: string[]): Promise<unknown> =>
    until('a publish', () => log.publish(values.map((value) => record('k', value))).then(() => true), backoff)

  it('continues at its offset after the broker was killed and stayed down for a while', async () => {
    const opened = openAs()
    const { records, consumption, received } = await collect(opened)
    const watched = watchFailure(consumption)
    await opened.log.publish(recordsOf('k', 2))
    await received(2)
    await stack.kafka.kill()
    await sleep(8_000)
    await stack.kafka.start()
    await publishSoon(opened.log, 'after')
    await until('the record', () => records.some(({ value }) => value === 'after'), backoff)
    expect([...new Set(valuesOf(records))]).toEqual(['k 0', 'k 1', 'after'])
    expect(watched.failures).toBe(0)
    await consumption.stop()
  })

  it('continues after an orderly restart, and completes the batch in progress', async () => {
    const opened = openAs()
    const attempts: string[] = []
    let isBack = false
    const { consumption } = await collect(opened, async ({ records }) => {
      attempts.push(...valuesOf(records))
      if (!isBack) throw new Error('not yet')
    })
    await opened.log.publish(recordsOf('k', 1))
    await until('the batch', () => attempts.length > 0, backoff)
    await stack.kafka.restart()
    isBack = true
    await publishSoon(opened.log, 'after')
    await until('both', () => attempts.at(-1) === 'after', backoff)
    expect([...new Set(attempts)]).toEqual(['k 0', 'after'])
    await consumption.stop()
  })

  it('continues after the broker was frozen beyond the session timeout', async () => {
    const opened = openAs()
    const { records, consumption, received } = await collect(opened)
    const watched = watchFailure(consumption)
    await opened.log.publish(recordsOf('k', 1))
    await received(1)
    await stack.kafka.pause()
    await sleep(2 * times.consumerSessionMs)
    await stack.kafka.resume()
    await publishSoon(opened.log, 'after')
    await until('the record', () => records.some(({ value }) => value === 'after'), backoff)
    expect(watched.failures).toBe(0)
    await consumption.stop()
  })

  it('loses its partitions to another consumer when it is cut off, reports this, and rejoins', async () => {
    const [cut, other] = [openAs('writer'), openAs()]
    const link = stack.link('writer', 'kafka')
    const heartbeats: unknown[] = []
    let isFirst = true
    const losing = await collect(cut, async (batch) => {
      if (!isFirst) return
      isFirst = false
      await untilAborted(batch)
      await batch.heartbeat().catch((error: unknown) => heartbeats.push(error))
    })
    await other.log.publish(recordsOf('k', 2))
    await losing.received(2)
    link.cut('black-hole')
    const heir = await collect(other)
    await heir.received(2)
    expect(valuesOf(heir.records)).toEqual(['k 0', 'k 1'])
    await until('the isolated consumer to report the loss', () => heartbeats.length === 1, backoff)
    link.heal()
    const before = losing.records.length
    const isSharing = async (): Promise<boolean> => {
      await other.log.publish(manyKeys(6).map((key) => record(key)))
      return losing.records.length > before
    }
    await until('the isolated consumer to get partitions again', isSharing, { withinMs: 40_000, everyMs: 1_000 })
    await losing.consumption.stop()
    await heir.consumption.stop()
    expect(losing.records.slice(before).filter(({ key }) => key === 'k')).toEqual([])
  })

  it('stops in bounded time while the broker is down, and waits for the broker when it starts', async () => {
    const opened = openAs()
    const { consumption, received } = await collect(opened)
    await opened.log.publish([record('k')])
    await received(1)
    await stack.kafka.pause()
    const startedMs = performance.now()
    await consumption.stop()
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    let hasBegun = false
    const next = collect(opened).then((collecting) => {
      hasBegun = true
      return collecting
    })
    await sleep(2 * times.kafkaConnectMs)
    expect(hasBegun).toBe(false)
    await stack.kafka.resume()
    await (await next).consumption.stop()
  })
})
