import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { until } from '../poll.ts'
import type { FeedFrame } from './chat-socket.ts'

export type StreamedEvent = FeedFrame & { readonly v: number }

/** A room's records on `chat.events`, repetitions included, once there are that many different ones. */
export const chatEvents = async (
  brokers: readonly string[],
  namespace: string,
  room: string,
  count: number,
): Promise<readonly StreamedEvent[]> => {
  const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: `${namespace}-${randomUUID()}`,
  })
  const records: StreamedEvent[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topic: `${namespace}.chat.events`, fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        if (String(message.key) === room) records.push(JSON.parse(String(message.value)) as StreamedEvent)
      },
    })
    await until(`${count} events`, () => new Set(records.map(({ seq }) => seq)).size >= count, { withinMs: 20_000 })
    return records
  } finally {
    await consumer.disconnect()
  }
}
