import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRoomPublication } from '../../shared/records/publications.ts'
import { freshDatabase, openMigrated } from '../contract/postgres/open-postgres.ts'
import { withSession } from '../contract/postgres/session.ts'
import { appendWritten, messagePosted, written } from '../contract/stored-chat.ts'
import type { FeedFrame } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { cleanEnvironment, projectFolder } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

/** A later version may send everything that this version knows, with more fields and other version numbers. */
describe.skipIf(noStackReason())('Beside a later version with more fields', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 1, writers: 1 })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const url = (): string => chat.gateways[0]?.url ?? ''

  it('the writer ignores unknown fields of records, and skips records of an unknown version', async () => {
    await using ann = await personOn(url(), freshName('ann'))
    const { room } = await ann.createChat('two versions', [])
    const kafka = new Kafka({ brokers: [...sharedStack().urls().kafkaBrokers], logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    const record = (msg: string, v: number) => {
      const id = randomUUID()
      const body = { msg, type: 'text', mentions: [ann.id] }
      const command = {
        v,
        type: 'PostMessage',
        room,
        id,
        digest: 'd',
        user: ann.id,
        at: new Date().toISOString(),
        body,
        priority: 7,
      }
      return { key: room, value: JSON.stringify(command), headers: { command: id, digest: 'd', region: 'north' } }
    }
    await producer.send({
      topic: `${chat.namespace}.chat.commands`,
      messages: [record('more fields', 1), record('another version', 2), record('more fields again', 1)],
    })
    await producer.disconnect()
    const feed = await ann.feedTo(room, 3)
    expect(feed.slice(1).map(({ body }) => body.msg)).toEqual(['more fields', 'more fields again'])
  })

  it('the gateway ignores unknown fields of publications, relays stored events unchanged, and reads publications of an unknown version from the store', async () => {
    await using ann = await personOn(url(), freshName('ann'))
    const { room } = await ann.createChat('two versions', [])
    const redis = new Redis(sharedStack().urls().redisUrl)
    const database = await openMigrated(chat.databaseUrl)
    /** The later version stores an event with one more field and publishes it, with this version's number or its own. */
    const publishAs = async (seq: number, v: number): Promise<void> => {
      const event = messagePosted(room, seq, ann.id, { msg: `of ${v}`, at: new Date().toISOString() })
      const data = JSON.stringify({ ...event.body, mentions: [] })
      await appendWritten(database.eventStore, written(event, data))
      const frame = `{"event":"new-message","room":"${room}","seq":${seq},"body":${data}}`
      const { commandId, digest } = event
      const text = writeRoomPublication(
        { room, events: [{ seq, event: 'new-message', membership: 'none', commandId, digest, frame }] },
        100_000,
      )
      await redis.publish(`${chat.namespace}:room:${room}`, text.replace('{"v":1,', `{"v":${v},"trace":"t",`))
    }
    await publishAs(2, 1)
    await publishAs(3, 2)
    const feed = (await ann.feedTo(room, 3)) as readonly FeedFrame[]
    expect(feed.slice(1).map(({ body }) => [body.msg, body.mentions])).toEqual([
      ['of 1', []],
      ['of 2', []],
    ])
    expect((await ann.history(room)).map(({ msg, mentions }) => [msg, mentions])).toEqual([
      ['of 1', []],
      ['of 2', []],
    ])
    redis.disconnect()
    await database.close()
  })

  it.each(['gateway', 'writer'] as const)(
    'a %s whose feature level is lower than the store’s refuses to start, and says so in one sentence',
    async (role) => {
      const url = await freshDatabase()
      await withSession(url, (client) => client.query(`update meta set value = '9' where key = 'level'`))
      const env = { ...cleanEnvironment(), ...chat.environment(role), DATABASE_URL: url, PORT: '0', INTERNAL_PORT: '0' }
      const options = { cwd: projectFolder, env, timeout: 60_000 }
      const ended = promisify(execFile)(process.execPath, [`services/${role}/main.ts`], options)
      await expect(ended).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^the store has feature level 9, and this version supports \d at most: .+\n$/),
      })
    },
  )
})
