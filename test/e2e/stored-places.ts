import { Redis } from 'ioredis'
import { dump, withSession } from '../contract/postgres/session.ts'
import { readTopic } from '../support/kafka/raw-topic.ts'
import type { Chat } from '../support/stack/start-chat.ts'

/** Every table of the database, as text. */
const tablesOf = async (chat: Chat): Promise<ReadonlyMap<string, string>> => {
  const names = await withSession(chat.databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    return rows.map(({ name }) => name)
  })
  const dumped = await dump(chat.databaseUrl, names)
  return new Map(names.map((name) => [`table ${name}`, (dumped[name] ?? []).join('\n')]))
}

/** All keys of the namespace in Redis, with their values. */
const redisText = async (chat: Chat): Promise<string> => {
  const redis = new Redis(chat.environment('test').REDIS_URL ?? '')
  try {
    const keys = await redis.keys(`*${chat.namespace}*`)
    const values = await Promise.all(
      keys.map(async (key) => {
        const type = await redis.type(key)
        if (type === 'hash') return Object.entries(await redis.hgetall(key)).join()
        if (type === 'zset') return (await redis.zrange(key, '0', '-1')).join()
        if (type === 'string') return redis.get(key)
        throw new Error(`${key} has the unexpected type ${type}`)
      }),
    )
    return [...keys, ...values].join('\n')
  } finally {
    redis.disconnect()
  }
}

const topicText = async (chat: Chat, topic: string): Promise<string> => {
  const brokers = (chat.environment('test').KAFKA_BROKERS ?? '').split(',')
  const records = await readTopic(brokers, `${chat.namespace}.${topic}`)
  return records.map(({ key, value, headers }) => `${key} ${value} ${JSON.stringify(headers)}`).join('\n')
}

/** The texts of everything that the service stores or writes, by place. */
export const storedPlaces = async (chat: Chat): Promise<ReadonlyMap<string, string>> => {
  const { internalUrl = '' } = chat.gateways[0] ?? {}
  const topics = ['chat.commands', 'chat.events', 'chat.dead-letter']
  return new Map([
    ...(await tablesOf(chat)),
    ...(await Promise.all(topics.map(async (topic) => [`topic ${topic}`, await topicText(chat, topic)] as const))),
    ['Redis', await redisText(chat)],
    ['logs', chat.log(1_000)],
    ['metrics', await (await fetch(`${internalUrl}/metrics`)).text()],
  ])
}
