import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import type { Stack } from '../support/stack/stack.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 500,
    query_timeout: 500,
  })
  // A killed backend is reported as an event as well.
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    client.end().catch(() => {})
  }
}

const kafkaAt = (brokers: readonly string[]): Kafka =>
  new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 500,
    requestTimeout: 1_000,
    retry: { retries: 0 },
  })

const createTopic = async (brokers: readonly string[], topic: string): Promise<void> => {
  const admin = kafkaAt(brokers).admin()
  await admin.connect()
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  } finally {
    await admin.disconnect()
  }
}

const send = async (brokers: readonly string[], topic: string, value: string): Promise<void> => {
  const producer = kafkaAt(brokers).producer({ allowAutoTopicCreation: false })
  try {
    await producer.connect()
    await producer.send({ topic, messages: [{ value }] })
  } finally {
    await producer.disconnect()
  }
}

/** The number of records in the topic's only partition. */
const recordCount = async (brokers: readonly string[], topic: string): Promise<number> => {
  const admin = kafkaAt(brokers).admin()
  try {
    await admin.connect()
    const [offsets] = await admin.fetchTopicOffsets(topic)
    return Number(offsets?.high)
  } finally {
    await admin.disconnect()
  }
}

const ping = async (url: string): Promise<string> => {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 500,
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await redis.ping()
  } finally {
    redis.disconnect()
  }
}

const backoff = { withinMs: 20_000, everyMs: 50 }

describe.skipIf(stackKind() === 'env')('A stack that one caller owns', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ links: ['gateway', 'writer', 'writer-2'] })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it('creates an empty database for every caller', async () => {
    const [one, other] = [await stack.createDatabase(), await stack.createDatabase()]
    await query(one, 'create table note (text text)')
    expect(await query(other, "select to_regclass('note') as found")).toEqual([{ found: null }])
  })

  it('creates different namespaces', () => {
    const all = Array.from({ length: 100 }, () => stack.freshNamespace())
    expect(new Set(all).size).toBe(100)
  })

  it('keeps the transactions that Postgres confirmed before a kill', async () => {
    const url = await stack.createDatabase()
    await query(url, 'create table note (text text)')
    await query(url, "insert into note values ('kept')")
    await stack.postgres.kill()
    await expect(query(url, 'table note')).rejects.toThrow()
    await stack.postgres.start()
    expect(await query(url, 'table note')).toEqual([{ text: 'kept' }])
  })

  it('gets no answer of a paused Postgres, over open connections as well', async () => {
    const url = await stack.createDatabase()
    const client = new pg.Client({ connectionString: url, query_timeout: 300 })
    await client.connect()
    await stack.postgres.pause()
    await expect(client.query('select 1')).rejects.toThrow(/timeout/i)
    await stack.postgres.resume()
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await client.end()
  })

  it('keeps the records that Kafka acknowledged before a kill and a restart', async () => {
    const { kafkaBrokers } = stack.urls()
    const topic = stack.freshNamespace()
    await createTopic(kafkaBrokers, topic)
    await send(kafkaBrokers, topic, 'kept')
    await stack.kafka.kill()
    await expect(recordCount(kafkaBrokers, topic)).rejects.toThrow()
    await stack.kafka.start()
    await until('the record', async () => (await recordCount(kafkaBrokers, topic)) === 1, backoff)
    await stack.kafka.restart()
    await until('the record', async () => (await recordCount(kafkaBrokers, topic)) === 1, backoff)
  })

  it('continues in Kafka after a pause', async () => {
    const { kafkaBrokers } = stack.urls()
    const topic = stack.freshNamespace()
    await createTopic(kafkaBrokers, topic)
    await stack.kafka.pause()
    await expect(send(kafkaBrokers, topic, 'lost')).rejects.toThrow()
    await stack.kafka.resume()
    await until('a send', () => send(kafkaBrokers, topic, 'sent').then(() => true), backoff)
  })

  it('restarts Redis on the same address', async () => {
    const { redisUrl } = stack.urls()
    expect(await ping(redisUrl)).toBe('PONG')
    await stack.redis.kill()
    await expect(ping(redisUrl)).rejects.toThrow()
    await stack.redis.start()
    expect(await ping(redisUrl)).toBe('PONG')
    await stack.redis.pause()
    await expect(ping(redisUrl)).rejects.toThrow()
    await stack.redis.resume()
    expect(await ping(redisUrl)).toBe('PONG')
    await stack.redis.restart()
    expect(await ping(redisUrl)).toBe('PONG')
  })

  it('cuts the link of one role to Kafka, and of no other role', async () => {
    const topic = stack.freshNamespace()
    const [gateway, writer] = [stack.urls('gateway'), stack.urls('writer')]
    await createTopic(gateway.kafkaBrokers, topic)
    stack.link('gateway', 'kafka').cut('reset')
    await expect(send(gateway.kafkaBrokers, topic, 'cut')).rejects.toThrow()
    await send(writer.kafkaBrokers, topic, 'passes')
    stack.link('gateway', 'kafka').cut('black-hole')
    await expect(send(gateway.kafkaBrokers, topic, 'vanishes')).rejects.toThrow()
    stack.link('gateway', 'kafka').heal()
    await send(gateway.kafkaBrokers, topic, 'passes too')
    expect(await recordCount(stack.urls().kafkaBrokers, topic)).toBe(2)
  })

  it('cuts the links of one role to Postgres and Redis, and of no other role', async () => {
    const url = await stack.createDatabase()
    const writer = stack.urls('writer', url)
    const gateway = stack.urls('gateway', url)
    stack.link('writer', 'postgres').cut('black-hole')
    stack.link('writer', 'redis').cut('reset')
    await expect(query(writer.databaseUrl, 'select 1')).rejects.toThrow(/timeout/i)
    await expect(ping(writer.redisUrl)).rejects.toThrow()
    expect(await query(gateway.databaseUrl, 'select current_database() as name')).toEqual([
      { name: new URL(url).pathname.slice(1) },
    ])
    expect(await ping(gateway.redisUrl)).toBe('PONG')
    stack.link('writer', 'postgres').heal()
    stack.link('writer', 'redis').heal()
    expect(await query(writer.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await ping(writer.redisUrl)).toBe('PONG')
  })

  it('uses the links of the tier for a replica without own links', () => {
    expect(stack.urls('writer-1')).toEqual(stack.urls('writer'))
    expect(stack.urls('writer-2')).not.toEqual(stack.urls('writer'))
    expect(stack.urls('admin')).toEqual(stack.urls())
    expect(() => stack.link('admin', 'kafka')).toThrow(/without links for "admin"/)
  })
})
