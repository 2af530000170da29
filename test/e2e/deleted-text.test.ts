import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSession } from '../contract/postgres/session.ts'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { writeTopic } from '../support/kafka/raw-topic.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { storedPlaces } from './stored-places.ts'

const ok = (frame: Frame): Frame => {
  if (frame.error !== undefined) throw new Error(`${frame.event} was refused: ${frame.error.code}`)
  return frame
}

/** The answer to a request over HTTP. */
const overHttp = async (url: string, event: string, request: object): Promise<string> => {
  const place = url.replace(/^ws/, 'http').replace(/\/ws$/, `/api/v1/${event}`)
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(place, { method: 'POST', headers, body: JSON.stringify(request) })
  expect(answer.status, event).toBe(200)
  return answer.text()
}

/** What a member reads after the deletion, by request. */
const readsOf = async (url: string, { name, socket, id: as }: Person, room: string, message: string) => {
  const ask = async (event: string, body: object): Promise<string> => JSON.stringify(ok(await socket.request(event, body)))
  const chat = { id: room }
  await using resumed = await personOn(url, name, { rooms: { [room]: 1 } })
  await resumed.socket.seen('the end of the resume', ({ event }) => event === 'resume')
  return new Map([
    ['list-messages', await ask('list-messages', { chat })],
    ['the list of the thread', await ask('list-messages', { chat, query: { thread: message } })],
    ['the list without replies', await ask('list-messages', { chat, query: { replies: false } })],
    ['the list of pinned messages', await ask('list-messages', { chat, query: { pinned: true } })],
    ['list-chats', await ask('list-chats', { user: { id: resumed.id } })],
    ['get-message-versions', await ask('get-message-versions', { chat, message })],
    ['list-messages over HTTP', await overHttp(url, 'list-messages', { as, body: { chat } })],
    ['get-message-versions over HTTP', await overHttp(url, 'get-message-versions', { as, body: { chat, message } })],
    ['resume', JSON.stringify(resumed.socket.frames)],
  ])
}

/** A chat at the highest feature level. */
const startRaised = async (env: Readonly<Record<string, string>> = {}): Promise<Chat> => {
  const chat = await startChat(sharedStack(), { gateways: 0, writers: 1, env })
  await chat.admin('level', '--raise')
  await chat.addGateway()
  return chat
}

interface Deletion {
  readonly room: string
  readonly message: string
  /** The answer to a repeat of the first command. */
  readonly repeat: Frame
}

/** Posts, edits and deletes a message with this word in every part. */
const deleteWord = async (ann: Person, word: string): Promise<Deletion> => {
  const { room } = await ann.createChat('room', [])
  const ask = (event: string, body: object) => ann.socket.request(event, body, { room })
  const message = randomUUID()
  const content = { msg: `first ${word}`, type: 'text', data: { word }, id: message }
  ok(await ask('new-message', content))
  ok(await ask('new-message', { msg: 'a reply', type: 'text', thread: message, reply_to: message }))
  ok(await ask('edit-message', { message, msg: `second ${word}`, data: { deep: { word } } }))
  ok(await ask('set-reaction', { message, reaction: '+' }))
  ok(await ask('set-pin', { message }))
  ok(await ask('delete-message', { message }))
  return { room, message, repeat: ok(await ask('new-message', content)) }
}

const placesWith = (word: string, places: ReadonlyMap<string, string>): readonly string[] =>
  [...places].filter(([, text]) => text.includes(word)).map(([place]) => place)

describe.skipIf(noStackReason())('The text of a deleted message', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startRaised()
  }, 60_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  /** The places in which the word is found after the deletion of its message. */
  const placesAfterDeletion = async (word: string): Promise<readonly string[]> => {
    const { url = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    const { room, message, repeat } = await deleteWord(ann, word)
    const places = new Map([
      ...(await storedPlaces(chat)),
      ...(await readsOf(url, ann, room, message)),
      ['the answer to a repeat', JSON.stringify(repeat)],
    ])
    for (const [place, text] of places) if (!/^(table|topic) /.test(place)) expect(text.length, place).toBeGreaterThan(0)
    for (const event of ['edit-message', 'set-reaction', 'delete-message'])
      expect(places.get('metrics')).toContain(`chat_commands_total{event="${event}",outcome="ok"}`)
    return placesWith(word, places)
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
    expect(found).toEqual(
      expect.arrayContaining(['table event', 'list-messages', 'list-messages over HTTP', 'get-message-versions', 'resume']),
    )
  })

  it('would be found in a table, a key, a log and each topic, dead letters included', async () => {
    const word = `canary-${randomUUID()}`
    const { url = '' } = chat.gateways[0] ?? {}
    const { REDIS_URL = '', KAFKA_BROKERS = '' } = chat.environment('test')
    await withSession(chat.databaseUrl, (client) =>
      client.query(`insert into deleted_message values (gen_random_uuid(), gen_random_uuid(), 1, '${word}', now())`),
    )
    const redis = new Redis(REDIS_URL)
    await redis.set(`${chat.namespace}:canary`, word)
    redis.disconnect()
    // A record that no writer can read becomes a dead letter.
    const unreadable = { key: randomUUID(), value: `not JSON: ${word}` }
    await writeTopic(KAFKA_BROKERS.split(','), `${chat.namespace}.chat.commands`, [unreadable])
    // The refused origin is logged.
    const place = url.replace(/^ws/, 'http').replace(/\/ws$/, '/api/v1/get-users')
    await fetch(place, { method: 'POST', headers: { origin: `https://${word}.example` } })
    const expected = ['logs', 'Redis', 'table deleted_message', 'topic chat.commands', 'topic chat.dead-letter']
    await expect
      .poll(async () => placesWith(word, await storedPlaces(chat)).toSorted(), { timeout: 30_000, interval: 500 })
      .toEqual(expected.toSorted())
  })
})

/** Starts services of its own, reads all topics three times, and runs two admin commands. */
const slow = { timeout: 180_000 }

describe.skipIf(noStackReason())('The text of a deleted message that is kept', () => {
  it('is read by the creator of the chat only, and is in no place but the topics after `admin sweep`', slow, async () => {
    await using chat = await startRaised({ DELETED_KEEP_DAYS: '30' })
    const { url = '' } = chat.gateways[0] ?? {}
    const word = `canary-${randomUUID()}`
    await using ann = await personOn(url, freshName('ann'))
    const { room, message } = await deleteWord(ann, word)
    const found = async () =>
      placesWith(word, new Map([...(await storedPlaces(chat)), ...(await readsOf(url, ann, room, message))]))
    const kept = ['table deleted_message', 'get-message-versions', 'get-message-versions over HTTP']
    const topics = ['topic chat.commands', 'topic chat.events']
    expect((await found()).toSorted()).toEqual([...kept, ...topics].toSorted())
    await chat.admin('sweep')
    expect((await found()).toSorted()).toEqual([...kept, ...topics].toSorted())
    await withSession(chat.databaseUrl, (client) =>
      client.query(`update deleted_message set deleted_at = deleted_at - interval '31 days'`),
    )
    await chat.admin('sweep')
    expect((await found()).toSorted()).toEqual(topics)
  })
})
