import { randomUUID } from 'node:crypto'
import type { StreamRecord } from '../../shared/ports/event-stream.ts'
import { withAdmin } from './admin-client.ts'
import { kafkaClient } from './client.ts'
import type { KafkaCommandLogOptions } from './command-log.ts'
import { clientSockets } from './sockets.ts'
import { topicsOf, writerGroup } from './topics.ts'

/** Reads `chat.events` from its beginning, and goes on as it grows. */
export interface EventTail {
  /** Resolves when all that was there at the call has been given. */
  caughtUp(): Promise<void>
  /** Leaves no trace on the brokers. */
  close(): Promise<void>
}

const lookAgainMs = 100
const retry = { retries: 8, initialRetryTime: 100 }

/**
 * Promises:  each partition's records in their order; a fast reader costs the
 *            brokers no more than one consumer that is far behind.
 * Does not:  survive an outage of the brokers: `caughtUp` rejects then.
 */
export const tailEvents = async (
  options: KafkaCommandLogOptions,
  onRecord: (record: Pick<StreamRecord, 'key' | 'value'>) => void,
): Promise<EventTail> => {
  const { namespace, partitions, clock } = options
  const { name } = topicsOf(namespace, partitions).events
  const group = `${writerGroup(namespace)}-audit-${randomUUID()}`
  const sockets = clientSockets()
  const consumer = kafkaClient(options, sockets, retry).consumer({ groupId: group, allowAutoTopicCreation: false })
  const given = new Map<number, bigint>()
  let failure: Error | undefined

  consumer.on(consumer.events.CRASH, ({ payload }) => {
    failure = payload.error
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [name], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat }) => {
      for (const { key, value } of batch.messages) onRecord({ key: String(key), value: String(value) })
      given.set(batch.partition, BigInt(batch.lastOffset()) + 1n)
      await heartbeat()
    },
  })

  const pause = (): Promise<void> => new Promise((resolve) => void clock.after(lookAgainMs, resolve))

  return {
    caughtUp: async () => {
      const ends = await withAdmin(options, (admin) => admin.fetchTopicOffsets(name))
      const isBehind = ({ partition, high, low }: (typeof ends)[number]): boolean =>
        high !== low && (given.get(partition) ?? 0n) < BigInt(high)
      while (ends.some(isBehind)) {
        if (failure !== undefined) throw failure
        await pause()
      }
    },
    close: async () => {
      await consumer.disconnect()
      sockets.shut()
      await withAdmin(options, (admin) => admin.deleteGroups([group])).catch(() => {})
    },
  }
}
