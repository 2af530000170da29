import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createWriterMetrics } from '../../../services/writer/writer-metrics.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { ann, at, cleo, createChat, post } from '../domain/chat-fixtures.ts'
import { withUsers } from './users.ts'
import { writerRig } from './writer-rig.ts'

describe('The metrics of the writer', () => {
  it('count each record by its result, and the age of new events', async () => {
    const rig = await withUsers(await writerRig())
    const message = post(ann, 'from a fast clock', { at: at(40) })
    rig.ages.length = 0
    await rig.send(createChat(ann, [], { at: at(20) }), message, message, post(cleo))
    expect(rig.counted).toEqual(['clamped times: 2', 'event', 'event', 'repeat', 'rejection', 'batch of 4'])
    expect(rig.ages).toEqual([10, 0])
  })

  it('are registered under the names of the service', async () => {
    const registry = new Registry()
    const metrics = createWriterMetrics(createMetrics(registry))
    metrics.onBatch({ records: 3, seconds: 0.1 })
    metrics.onRecord('event')
    metrics.onStored(0.2)
    metrics.onClampedTimes(2)
    metrics.onDeadLetter()
    metrics.onRetry('store')
    metrics.onFanOutFailure()
    metrics.onLag(5)
    const text = await registry.metrics()
    expect(text).toContain('chat_writer_batch_records_sum 3')
    expect(text).toContain('chat_writer_batch_seconds_sum 0.1')
    expect(text).toContain('chat_writer_records_total{result="event"} 1')
    expect(text).toContain('chat_delivery_seconds_sum{stage="stored"} 0.2')
    expect(text).toContain('chat_writer_clamped_times_total 2')
    expect(text).toContain('chat_dead_letters_total 1')
    expect(text).toContain('chat_writer_retries_total{cause="store"} 1')
    expect(text).toContain('chat_writer_fan_out_failures_total 1')
    expect(text).toContain('chat_consumer_lag_records 5')
    const committedAt = Number(/^chat_writer_last_commit_timestamp_seconds (\S+)$/m.exec(text)?.[1])
    expect(Math.abs(committedAt - systemClock.nowMs() / 1_000)).toBeLessThan(60)
  })
})
