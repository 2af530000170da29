import { randomUUID } from 'node:crypto'
import type { EachBatchHandler } from 'kafkajs'
import type { StreamRecord } from '../../../shared/ports/event-stream.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import { withDeadline } from '../../../shared/runtime/async/with-deadline.ts'
import { withAdmin } from '../admin/admin-client.ts'
import { retryTransient } from '../admin/retry-transient.ts'
import { kafkaClient } from '../client.ts'
import type { KafkaCommandLogOptions } from '../command-log.ts'
import { clientSockets } from '../driver/sockets.ts'
import { topicsOf, writerGroup } from '../driver/topics.ts'

/** A reader of `chat.events` that starts at its beginning or its present end, and continues with new records. */
export interface EventTail {
  /** Resolves when every record that the topic held at the time of the call has been delivered. */
  caughtUp(): Promise<void>
  /** Stops reading and deletes the consumer group. */
  close(): Promise<void>
}

/** Receives each record of the event stream, in the order of its partition. */
export type OnStreamRecord = (record: Pick<StreamRecord, 'key' | 'value'>) => void

const pollMs = 100
/** The longest wait of a fetch for new records. Closing waits for the fetch in progress. */
const fetchWaitMs = 500
const joinMs = 60_000
const retry = { retries: 8, initialRetryTime: 100 }

/**
 * Opens a tail; `onRecord` receives the records of each partition in their
 * order.
 *
 * Does not:  wait for the brokers in an outage: `caughtUp` rejects until the
 *            consumer has joined again.
 */
export const tailEvents = async (
  options: KafkaCommandLogOptions,
  from: 'beginning' | 'end',
  onRecord: OnStreamRecord,
): Promise<EventTail> => {
  const { namespace, partitions, clock } = options
  const { name } = topicsOf(namespace, partitions).events
  const group = `${writerGroup(namespace)}-audit-${randomUUID()}`
  const sockets = clientSockets()
  const consumer = kafkaClient(options, sockets, retry).consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: fetchWaitMs,
  })
  // Right after the topics were created, not every partition has a leader.
  const endsOf = () => withAdmin(options, (admin) => retryTransient(clock, () => admin.fetchTopicOffsets(name)))
  const delivered = new Map((await endsOf()).map(({ partition, high }) => [partition, from === 'end' ? BigInt(high) : 0n]))
  const joined = Promise.withResolvers<void>()
  let failure: Error | undefined

  consumer.on(consumer.events.CRASH, ({ payload }) => {
    failure = payload.error
  })
  consumer.on(consumer.events.GROUP_JOIN, () => {
    failure = undefined
    joined.resolve()
    // The group commits no offsets: without this, every join would start from the first record.
    for (const [partition, offset] of delivered)
      if (offset > 0n) consumer.seek({ topic: name, partition, offset: String(offset) })
  })
  const close = async (): Promise<void> => {
    await consumer.disconnect()
    sockets.shut()
    await withAdmin(options, (admin) => admin.deleteGroups([group])).catch(() => {})
  }
  const eachBatch: EachBatchHandler = async ({ batch, heartbeat }) => {
    const start = delivered.get(batch.partition) ?? 0n
    for (const { key, value, offset } of batch.messages)
      if (BigInt(offset) >= start) onRecord({ key: String(key), value: String(value) })
    const next = BigInt(batch.lastOffset()) + 1n
    if (next > start) delivered.set(batch.partition, next)
    await heartbeat()
  }
  const join = async (): Promise<void> => {
    await consumer.connect()
    await consumer.subscribe({ topics: [name], fromBeginning: true })
    // Also resolves when the first attempt has failed; the driver then retries by itself.
    await consumer.run({ autoCommit: false, eachBatch })
    await withDeadline(joined.promise, joinMs, `the group was not joined within ${joinMs} ms`)
  }
  await join().catch(async (error: unknown) => {
    await close().catch(() => {})
    throw error
  })

  return {
    caughtUp: async () => {
      const ends = await endsOf()
      const isBehind = ({ partition, high, low }: (typeof ends)[number]): boolean =>
        high !== low && (delivered.get(partition) ?? 0n) < BigInt(high)
      while (ends.some(isBehind)) {
        if (failure !== undefined) throw failure
        await pause(clock, pollMs)
      }
    },
    close,
  }
}

/** Delivers every record that the topic holds at the time of the call, from the first one. */
export const readEvents = async (options: KafkaCommandLogOptions, onRecord: OnStreamRecord): Promise<void> => {
  const tail = await tailEvents(options, 'beginning', onRecord)
  await tail.caughtUp().finally(tail.close)
}
