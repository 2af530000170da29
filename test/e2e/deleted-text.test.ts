import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dump, withSession } from '../contract/postgres/session.ts'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { readTopic } from '../support/kafka/raw-topic.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

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

const ok = (frame: Frame): Frame => {
  if (frame.error !== undefined) throw new Error(`${frame.event} was refused: ${frame.error.code}`)
  return frame
}

/** What a member reads after the deletion, by request. */
const readsOf = async (url: string, { name, socket }: Person, room: string, message: string) => {
  const ask = async (event: string, body: object): Promise<string> => JSON.stringify(ok(await socket.request(event, body)))
  const chat = { id: room }
  await using resumed = await personOn(url, name, { rooms: { [room]: 1 } })
  await resumed.socket.seen('the end of the resume', ({ event }) => event === 'resume')
  return new Map([
    ['list-messages', await ask('list-messages', { chat })],
    ['the list of the thread', await ask('list-messages', { chat, query: { thread: message } })],
    ['list-chats', await ask('list-chats', { user: { id: resumed.id } })],
    ['get-message-versions', await ask('get-message-versions', { chat, message })],
    ['resume', JSON.stringify(resumed.socket.frames)],
  ])
}

describe.skipIf(noStackReason())('The text of a deleted message', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 0, writers: 1 })
    await chat.admin('level', '--raise')
    await chat.addGateway()
  }, 60_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  /** Posts, edits and deletes a message with this word in every part; returns the places in which the word is found afterwards. */
  const placesAfterDeletion = async (word: string): Promise<readonly string[]> => {
    const { url = '', internalUrl = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    const { room } = await ann.createChat('room', [])
    const ask = (event: string, body: object) => ann.socket.request(event, body, { room })
    const message = randomUUID()
    const content = { msg: `first ${word}`, type: 'text', data: { word }, id: message }
    ok(await ask('new-message', content))
    ok(await ask('new-message', { msg: 'a reply', type: 'text', thread: message, reply_to: message }))
    ok(await ask('edit-message', { message, msg: `second ${word}`, data: { deep: { word } } }))
    ok(await ask('set-reaction', { message, reaction: '+' }))
    ok(await ask('delete-message', { message }))
    // A repeat of the first command gets the tombstone.
    const repeat = ok(await ask('new-message', content))
    const topics = await Promise.all(
      ['chat.commands', 'chat.events', 'chat.dead-letter'].map(
        async (topic) => [`topic ${topic}`, await topicText(chat, topic)] as const,
      ),
    )
    const places = new Map([
      ...(await tablesOf(chat)),
      ...topics,
      ...(await readsOf(url, ann, room, message)),
      ['the answer to a repeat', JSON.stringify(repeat)],
      ['Redis', await redisText(chat)],
      ['logs', chat.log(1_000)],
      ['metrics', await (await fetch(`${internalUrl}/metrics`)).text()],
    ])
    for (const [place, text] of places) if (!/^(table|topic) /.test(place)) expect(text.length, place).toBeGreaterThan(0)
    for (const event of ['edit-message', 'set-reaction', 'delete-message'])
      expect(places.get('metrics')).toContain(`chat_commands_total{event="${event}",outcome="ok"}`)
    return [...places].filter(([, text]) => text.includes(word)).map(([place]) => place)
  }

  it('is in no table, key, log and answer, and in the two topics only until the end of their retention', async () => {
    expect(await placesAfterDeletion(`canary-${randomUUID()}`)).toEqual(['topic chat.commands', 'topic chat.events'])
  })

  it('is found by this test if the database does not redact', async () => {
    await withSession(chat.databaseUrl, (client) =>
      client.query(`create or replace function redact(chats uuid[], messages uuid[], keeps boolean) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$ begin end $$`),
    )
    const found = await placesAfterDeletion(`canary-${randomUUID()}`)
    expect(found).toEqual(expect.arrayContaining(['table event', 'list-messages', 'get-message-versions', 'resume']))
  })
})
