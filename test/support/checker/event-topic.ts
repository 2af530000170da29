import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { stopIdleTimers } from '../../../infra/kafka/kafkajs-patches/idle-timers.ts'
import type { FeedFrame } from '../client/chat-socket.ts'
import { until } from '../poll.ts'

/** A record of `chat.events`: the text of a feed frame, with the member `v` in front. */
export interface TopicRecord {
  readonly key: string
  readonly value: string
}

/** All present records of `chat.events` in the namespace, including repetitions, in the order of each partition. */
export const readEventTopic = async (brokers: readonly string[], namespace: string): Promise<readonly TopicRecord[]> => {
  stopIdleTimers()
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const topic = `${namespace}.chat.events`
  const admin = kafka.admin()
  await admin.connect()
  // A broker that was just started may not lead its partitions yet.
  const ends = await until('the ends of chat.events', () => admin.fetchTopicOffsets(topic), {
    withinMs: 60_000,
    everyMs: 500,
  }).finally(() => admin.disconnect())
  const open = new Map(ends.flatMap(({ partition, high, low }) => (high === low ? [] : [[partition, BigInt(high)]])))
  const consumer = kafka.consumer({ groupId: `${namespace}-${randomUUID()}` })
  const records: TopicRecord[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachBatch: async ({ batch }) => {
        const end = open.get(batch.partition)
        if (end === undefined) return
        for (const { key, value } of batch.messages) records.push({ key: String(key), value: String(value) })
        if (BigInt(batch.lastOffset()) + 1n >= end) open.delete(batch.partition)
      },
    })
    await until('all of chat.events', () => open.size === 0, { withinMs: 120_000 })
    return records
  } finally {
    await consumer.disconnect()
  }
}

export type StreamedEvent = FeedFrame & { readonly v: number }

/** The records of a room on `chat.events`, including repetitions; resolves when it has that many different events. */
export const roomEvents = (
  brokers: readonly string[],
  namespace: string,
  room: string,
  count: number,
): Promise<readonly StreamedEvent[]> => {
  const read = async (): Promise<readonly StreamedEvent[] | undefined> => {
    const records = (await readEventTopic(brokers, namespace)).filter(({ key }) => key === room)
    const events = records.map(({ value }) => JSON.parse(value) as StreamedEvent)
    return new Set(events.map(({ seq }) => seq)).size >= count ? events : undefined
  }
  return until(`${count} events of a room`, read, { withinMs: 60_000 })
}
