import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { feedFrameText } from '../../shared/frames/room-event-frame.ts'
import type { FeedEvent } from '../../shared/protocol/answers.ts'
import { writeNotice, writeOutcomeLine, writeRoomPublication } from '../../shared/records/publications.ts'
import { membershipOf } from '../../shared/room-events/find-room-event.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere } from './guarded-chat.ts'

/** An attacker with access to Redis and Kafka. */
export interface Backstage {
  readonly redisUrl: string
  readonly kafkaBrokers: readonly string[]
  readonly namespace: string
}

const metricOf = async (internalUrl: string, name: string): Promise<number> => {
  const text = await (await fetch(`${internalUrl}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  )
}

const garbage = (room: string): readonly string[] => [
  '',
  'nonsense',
  '{}',
  '{"v":2}',
  `{"v":1,"room":"${room}"}`,
  `{"v":1,"room":"${room}","of":[]}`,
  `{"v":1,"room":"${room}","of":[[0,"new-message","m","d"]]}`,
  `{"v":1,"room":"${room}","of":[[3,"new-message","m","d"],[2,"new-message","n","d"]]}`,
  `{"v":1,"room":"${room}","of":[[2,"shout","m","d"]]}\n{}`,
  `{"v":1,"room":"${room}","of":[[2,"new-message","m","d"]]}\n{"event":"new-message","room":"${randomUUID()}","seq":2,"body":{}}`,
  `{"v":1,"room":"${room}","of":[[2,"new-message","m","d"]]}\n{"event":"new-message","room":"${room}","seq":2,"body":{"id`,
  '\u0000\u0001',
  'x'.repeat(5 * 1024 * 1024),
]

export const forgeriesSuite = (open: () => GuardedChat, backstage: () => Backstage): void => {
  const person = async (name = freshName('ann')) =>
    personOn(open().urls.at(-1) ?? open().urls[0], name, undefined, { ...(await asUser(name)), ...fromElsewhere() })

  describe('forged publications', () => {
    it('are dropped and counted if malformed, and the room continues', async () => {
      const { redisUrl, namespace } = backstage()
      const { internalUrls } = open()
      await using ann = await person()
      await using bob = await person()
      const { room } = await ann.createChat('watched', [bob.id])
      await Promise.all([ann, bob].map((each) => each.feedTo(room, 1)))
      const dropped = () => metricOf(internalUrls.at(-1) ?? internalUrls[0], 'chat_publications_dropped_total')
      const before = await dropped()
      const redis = new Redis(redisUrl)
      for (const payload of garbage(room)) await redis.publish(`${namespace}:room:${room}`, payload)
      for (const payload of garbage(room)) await redis.publish(`${namespace}:user:${ann.id}`, payload)
      await until('all to be counted', async () => (await dropped()) - before >= 2 * garbage(room).length - 2)
      await ann.say(room, 'true')
      await redis.publish(`${namespace}:user:${bob.id}`, writeNotice({ room: randomUUID(), since: 0 }))
      redis.disconnect()
      await bob.say(room, 'true too')
      for (const each of [ann, bob]) {
        expect((await each.feedTo(room, 3)).map(({ seq, body }) => [seq, body.msg])).toEqual([
          [1, undefined],
          [2, 'true'],
          [3, 'true too'],
        ])
      }
    })

    it('with a seq above the stored head are corrected from the store', async () => {
      const { redisUrl, namespace } = backstage()
      await using ann = await person()
      const { room } = await ann.createChat('watched', [])
      await ann.feedTo(room, 1)
      const redis = new Redis(redisUrl)
      // Far ahead of the head: the gateway detects a gap and reads the store, which has no such events.
      const frame = feedFrameText('new-message', room, 900, '{"id":"x","msg":"forged"}')
      const event = { seq: 900, event: 'new-message', membership: 'none' as const, commandId: randomUUID(), digest: 'd', frame }
      await redis.publish(`${namespace}:room:${room}`, writeRoomPublication({ room, events: [event] }, 100_000))
      redis.disconnect()
      await ann.say(room, 'true')
      const history = await ann.history(room)
      expect(history.map(({ msg }) => msg)).toEqual(['true'])
      expect((await ann.feedTo(room, 2)).map(({ seq }) => seq)).toEqual([1, 2])
    })

    it('of memberships start and end no membership, and a forged message is reset', async () => {
      const { redisUrl, namespace } = backstage()
      await using ann = await person()
      await using bob = await person()
      await using mallory = await person()
      const { room } = await ann.createChat('watched', [bob.id])
      await Promise.all([ann, bob].map((each) => each.feedTo(room, 1)))
      const redis = new Redis(redisUrl)
      const forge = (seq: number, event: FeedEvent, body: object): Promise<number> => {
        const frame = feedFrameText(event, room, seq, JSON.stringify(body))
        const events = [{ seq, event, membership: membershipOf(event, undefined), commandId: randomUUID(), digest: 'd', frame }]
        return redis.publish(`${namespace}:room:${room}`, writeRoomPublication({ room, events }, 100_000))
      }
      await forge(2, 'add-users', { users: [mallory.id] })
      await forge(2, 'remove-users', { users: [bob.id] })
      await ann.say(room, 'two')
      await bob.feedTo(room, 2)
      const at = new Date().toISOString()
      const times = { created_at: at, modified_at: at }
      await forge(3, 'new-message', { id: randomUUID(), msg: 'forged', type: 'text', user_id: mallory.id, ...times })
      await until('the forged message to be delivered', async () => JSON.stringify(bob.socket.frames).includes('forged'))
      await ann.say(room, 'hidden')
      const resetOf = (each: typeof ann) => each.socket.frames.find(({ event }) => event === 'reset')
      await until('its reset', async () => [ann, bob].every((each) => resetOf(each) !== undefined), {
        withinMs: 15_000,
      })
      redis.disconnect()
      expect(resetOf(bob)?.body).toEqual({ room, seq: 3, reason: 'ahead' })
      await ann.say(room, 'four')
      await until('the next message of the room', async () => JSON.stringify(bob.socket.frames).includes('four'))
      expect((await bob.history(room)).map(({ msg }) => msg)).toEqual(['two', 'hidden', 'four'])
      expect(mallory.socket.frames.filter((frame) => frame.room === room)).toEqual([])
    })

    it('of outcomes settle no request', async () => {
      const { redisUrl, namespace } = backstage()
      await using ann = await person()
      const { room } = await ann.createChat('watched', [])
      const redis = new Redis(redisUrl)
      const channels = (await redis.pubsub('CHANNELS', `${namespace}:gateway:*`)) as string[]
      expect(channels.length).toBeGreaterThanOrEqual(2)
      const line = writeOutcomeLine({ room, command: randomUUID(), digest: 'd', outcome: { body: '{"forged":true}' } })
      for (const channel of channels)
        for (const payload of [line, 'nonsense', `${line}\nnonsense\n${line}`]) await redis.publish(channel, payload)
      redis.disconnect()
      expect((await ann.say(room, 'true')).body).toMatchObject({ msg: 'true' })
      expect(JSON.stringify(ann.socket.frames)).not.toContain('forged')
    })
  })

  describe('forged records', () => {
    it('are moved to the dead-letter topic, and the room continues', async () => {
      const { kafkaBrokers, namespace } = backstage()
      await using ann = await person()
      const { room } = await ann.createChat('watched', [])
      const kafka = new Kafka({ brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING })
      const [producer, admin] = [kafka.producer({ allowAutoTopicCreation: false }), kafka.admin()]
      await Promise.all([producer.connect(), admin.connect()])
      const deadLettered = async (): Promise<number> =>
        (await admin.fetchTopicOffsets(`${namespace}.chat.dead-letter`)).reduce((sum, { high }) => sum + Number(high), 0)
      const before = await deadLettered()
      const old = JSON.stringify({ v: 0, type: 'PostMessage', room, text: 'of an old schema' })
      const values = [
        '',
        'nonsense',
        '{}',
        '[]',
        'null',
        old,
        `{"v":1,"type":"PostMessage","room":"${room}"}`,
        '\u0000'.repeat(100),
      ]
      await producer.send({ topic: `${namespace}.chat.commands`, messages: values.map((value) => ({ key: room, value })) })
      await ann.say(room, 'behind them')
      await until('all dead letters', async () => (await deadLettered()) - before === values.length, { withinMs: 20_000 })
      await Promise.all([producer.disconnect(), admin.disconnect()])
      expect((await ann.history(room)).map(({ msg }) => msg)).toEqual(['behind them'])
    })
  })
}
