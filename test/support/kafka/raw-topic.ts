import { randomUUID } from 'node:crypto'
import type { IHeaders, Message } from 'kafkajs'
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

const highOffsets = async (brokers: readonly string[], topic: string): Promise<readonly number[]> => {
  const admin = clientOf(brokers).admin()
  await admin.connect()
  try {
    return (await admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high))
  } finally {
    await admin.disconnect()
  }
}

/** The number of records that were ever written to the topic. Retries, because a broker that has just started may not know it yet. */
export const countRecords = async (brokers: readonly string[], topic: string): Promise<number> => {
  const highs = await until(`the offsets of ${topic}`, () => highOffsets(brokers, topic), { withinMs: 20_000 })
  return highs.reduce((sum, high) => sum + high, 0)
}

/** All present records of a topic, in the order of each partition; uses no code of the service. */
export const readTopic = async (brokers: readonly string[], topic: string): Promise<readonly TopicRecord[]> => {
  const count = await countRecords(brokers, topic)
  const groupId = `reader-${randomUUID()}`
  const consumer = clientOf(brokers).consumer({ groupId, maxWaitTimeInMs: 50, allowAutoTopicCreation: false })
  const records: TopicRecord[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ partition, message: { offset, key, value, headers = {} } }) => {
        records.push({ partition, offset, key, value, headers })
      },
    })
    await until(`${count} records on ${topic}`, () => records.length >= count, { withinMs: 20_000 })
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
