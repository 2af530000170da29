import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { kafkaEventConsumers } from '../../../infra/kafka/event-consumers.ts'
import { kafkaEventStream } from '../../../infra/kafka/event-stream.ts'
import { until } from '../../support/poll.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { batchHandler, manyKeys, recordsOf } from '../command-log/collecting.ts'
import { kafkaWithTopics } from './open-kafka.ts'

describe.skipIf(noStackReason())('the consumers of the event stream on Kafka', () => {
  it('begin at the first event, and a later consumer of the same sink continues where an earlier one has ended', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const stream = kafkaEventStream(options)
    const keys = manyKeys(6)
    await stream.publish(keys.flatMap((key) => recordsOf(key, 3)))
    const received: string[] = []
    const handler = batchHandler(async ({ records }) => void received.push(...records.map(({ value }) => value)))
    const first = kafkaEventConsumers(options, 'webhook')
    await first.consume(handler)
    await until('the first events', () => received.length === 18, { withinMs: 30_000 })
    await first.close()
    const key = randomUUID()
    await stream.publish(recordsOf(key, 2))
    const second = kafkaEventConsumers(options, 'webhook')
    await second.consume(handler)
    await until('the later events', () => received.length >= 20, { withinMs: 30_000 })
    await second.close()
    expect(received.slice(18)).toEqual([`${key} 0`, `${key} 1`])
    for (const each of keys) expect(received.filter((value) => value.startsWith(each))).toHaveLength(3)
    await stream.close()
  })

  it('of two sinks receive every event each', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const stream = kafkaEventStream(options)
    await stream.publish(recordsOf(randomUUID(), 5))
    const counts = { webhook: 0, search: 0 }
    const opened = (['webhook', 'search'] as const).map((sink) => ({ sink, consumers: kafkaEventConsumers(options, sink) }))
    for (const { sink, consumers } of opened) {
      await consumers.consume(
        batchHandler(async ({ records }) => {
          counts[sink] += records.length
        }),
      )
    }
    await until('the events of both', () => counts.webhook === 5 && counts.search === 5, { withinMs: 30_000 })
    for (const { consumers } of opened) await consumers.close()
    await stream.close()
    expect(counts).toEqual({ webhook: 5, search: 5 })
  })
})
