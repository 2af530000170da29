import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dump } from '../contract/postgres/session.ts'
import { roomEvents } from '../support/checker/event-topic.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { clientJourneys } from './client-journeys.suite.ts'
import { journeys } from './journeys.suite.ts'

const readModelTables = ['app_user', 'chat', 'chat_member', 'message']

describe.skipIf(noStackReason())('The distributed chat, two gateways and two writers', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 2, writers: 2 })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const urls = (): [string, string] => [chat.gateways[0]?.url ?? '', chat.gateways[1]?.url ?? '']
  journeys(() => ({ urls: urls() }))
  clientJourneys(() => ({ urls: urls() }))

  it('moves a record that the database refuses to the dead-letter topic, answers its sender, and stores the other records', async () => {
    const [url] = urls()
    await using ann = await personOn(url, freshName('ann'))
    const { room } = await ann.createChat('poison', [])
    const { kafkaBrokers, redisUrl } = sharedStack().urls()
    const gateway = new Redis(redisUrl)
    const outcomes: string[] = []
    gateway.on('message', (_channel, text) => outcomes.push(text))
    await gateway.subscribe(`${chat.namespace}:gateway:test`)
    const client = new Kafka({ brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING })
    const producer = client.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    const record = (msg: string, type = 'text') => {
      const id = randomUUID()
      const command = {
        v: 1,
        type: 'PostMessage',
        room,
        id,
        digest: 'd',
        user: ann.id,
        at: new Date().toISOString(),
        body: { msg, type },
      }
      return { key: room, value: JSON.stringify(command), headers: { command: id, digest: 'd', reply: 'test' } }
    }
    const poison = record('poison', 'te\0xt')
    // A gateway would refuse U+0000; Postgres refuses it too (22021).
    await producer.send({
      topic: `${chat.namespace}.chat.commands`,
      messages: [record('before'), poison, record('after')],
    })
    await producer.disconnect()
    const feed = await ann.feedTo(room, 3)
    expect(feed.slice(1).map(({ body }) => body.msg)).toEqual(['before', 'after'])
    const admin = client.admin()
    await admin.connect()
    const deadLettered = await until('the record in chat.dead-letter', async () => {
      const offsets = await admin.fetchTopicOffsets(`${chat.namespace}.chat.dead-letter`)
      const count = offsets.reduce((sum, { high }) => sum + Number(high), 0)
      return count > 0 && count
    })
    await admin.disconnect()
    expect(deadLettered).toBe(1)
    const line = await until('the outcome for the sender', () => outcomes.find((text) => text.includes(poison.headers.command)))
    expect(JSON.parse(line)).toMatchObject({ room, command: poison.headers.command, error: { code: 'internal' } })
    gateway.disconnect()
  })

  it('publishes every event of its rooms on chat.events, with the content that sockets received', async () => {
    const [url, other] = urls()
    await using ann = await personOn(url, freshName('ann'))
    await using bob = await personOn(other, freshName('bob'))
    const { room } = await ann.createChat('streamed', [bob.id])
    await ann.say(room, 'one')
    await bob.say(room, 'two')
    await ann.removeUsers(room, [bob.id])
    const feed = await ann.feedTo(room, 4)
    const records = await roomEvents(sharedStack().urls().kafkaBrokers, chat.namespace, room, 4)
    expect(records).toEqual(feed.map(({ event, seq, body }) => ({ v: 1, event, room, seq, body })))
  })

  it('has an equal read model after a rebuild', async () => {
    for (const writer of chat.writers) await writer.stop()
    const before = await dump(chat.databaseUrl, readModelTables)
    await chat.admin('rebuild')
    expect(await dump(chat.databaseUrl, readModelTables)).toEqual(before)
    expect(before.message?.length).toBeGreaterThan(40)
  })
})
