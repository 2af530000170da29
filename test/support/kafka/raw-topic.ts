import { randomUUID } from 'node:crypto'
import type { Admin, IHeaders, Message } from 'kafkajs'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { stopIdleTimers } from '../../../infra/kafka/kafkajs-patches/idle-timers.ts'
import { until } from '../poll.ts'

export interface TopicRecord {
  readonly partition: number
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

const clientOf = (brokers: readonly string[]): Kafka => {
  stopIdleTimers()
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
}

/** The offsets of each partition. Retries, because a broker that has just started may not lead its partitions yet. */
const offsetsOf = (brokers: readonly string[], topic: string): ReturnType<Admin['fetchTopicOffsets']> =>
  until(
    `the offsets of ${topic}`,
    async () => {
      const admin = clientOf(brokers).admin()
      await admin.connect()
      return admin.fetchTopicOffsets(topic).finally(() => admin.disconnect())
    },
    { withinMs: 60_000 },
  )

/** The number of records that were ever written to the topic. */
export const countRecords = async (brokers: readonly string[], topic: string): Promise<number> =>
  (await offsetsOf(brokers, topic)).reduce((sum, { high }) => sum + Number(high), 0)

/** All present records of a topic, in the order of each partition; uses no code of the service. */
export const readTopic = async (brokers: readonly string[], topic: string): Promise<readonly TopicRecord[]> => {
  const offsets = await offsetsOf(brokers, topic)
  const unread = new Map(offsets.flatMap(({ partition, high, low }) => (high === low ? [] : [[partition, BigInt(high)]])))
  const groupId = `reader-${randomUUID()}`
  const consumer = clientOf(brokers).consumer({ groupId, maxWaitTimeInMs: 50, allowAutoTopicCreation: false })
  const records: TopicRecord[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachBatch: async ({ batch }) => {
        const { partition } = batch
        const end = unread.get(partition)
        if (end === undefined) return
        for (const { offset, key, value, headers = {} } of batch.messages)
          records.push({ partition, offset, key, value, headers })
        if (BigInt(batch.lastOffset()) + 1n >= end) unread.delete(partition)
      },
    })
    await until(`all records of ${topic}`, () => unread.size === 0, { withinMs: 120_000 })
  } finally {
    await consumer.disconnect()
  }
  return records
}

/** Writes records to a topic as another program may; uses no code of the service. */
export const writeTopic = async (brokers: readonly string[], topic: string, messages: Message[]): Promise<void> => {
  const producer = clientOf(brokers).producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  try {
    await producer.send({ topic, messages })
  } finally {
    await producer.disconnect()
  }
}
