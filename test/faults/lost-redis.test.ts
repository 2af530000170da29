import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import { metric, readiness } from '../support/stack/inspect.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { coupleOn, expectOneOrder, texts } from './couple.ts'
import { ownChat } from './own-chat.ts'

/** T of the design: the time within which every member has all stored events. */
const convergeMs = 10_000

describe.skipIf(stackKind() === 'env')('With Redis dead, silent or unreachable', () => {
  const own = ownChat({ gateways: 2, writers: 1 }, ['gateway-1', 'gateway-2', 'writer'])

  const fanOutState = async (place: number): Promise<unknown> => (await readiness(own().gateway(place))).fanOut

  const isUp = (): Promise<unknown> =>
    until(
      'the fan-out of both gateways to be up',
      async () => (await fanOutState(0)) === 'up' && (await fanOutState(1)) === 'up',
      {
        withinMs: 15_000,
      },
    )

  it('all messages are confirmed and delivered while Redis is dead, and the fan-out recovers by itself', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    await own().stack.redis.kill()
    await until(
      'both gateways to detect it',
      async () => (await fanOutState(0)) === 'down' && (await fanOutState(1)) === 'down',
      {
        withinMs: convergeMs,
      },
    )
    expect((await readiness(own().gateway(0))).status).toBe(200)
    expect(await metric(own().gateway(0), 'chat_fan_out_up')).toBe(0)
    const sent = texts('dead', 20)
    await Promise.all(sent.map((text) => ann.say(room, text)))
    const refused = await bob.socket.request('remove-users', { users: [ann.id] }, { room })
    expect(refused.error?.code).toBe('forbidden')
    await expectOneOrder(couple, sent)
    await own().stack.redis.start()
    await isUp()
    await ann.say(room, 'alive')
    await expectOneOrder(couple, [...sent, 'alive'])
    expect(await metric(own().gateway(0), 'chat_fan_out_reconnects_total')).toBeGreaterThan(0)
  })

  it('silence of Redis is detected within ten seconds, and delivery continues', async () => {
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    await own().stack.redis.pause()
    const sent = texts('hung', 10)
    const sending = Promise.all(sent.map((text) => ann.say(room, text)))
    await until(
      'both gateways to detect the silence',
      async () => (await fanOutState(0)) === 'down' && (await fanOutState(1)) === 'down',
      {
        withinMs: 10_000,
      },
    )
    await sending
    await expectOneOrder(couple, sent)
    await own().stack.redis.resume()
    await isUp()
    await ann.say(room, 'woken')
    await expectOneOrder(couple, [...sent, 'woken'])
  })

  it('the sweep delivers a single message whose publication failed', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const link = own().stack.link('writer', 'redis')
    link.cut('reset')
    await until('the writer to be cut off', async () => (await readiness(own().chat.writers[0] as never)).fanOut === 'down', {
      withinMs: convergeMs,
    })
    const sending = ann.socket.request('new-message', { msg: 'unpublished', type: 'text' }, { room })
    await until('the message', () => bob.socket.feed(room).length === 2, { withinMs: convergeMs })
    expect((await sending).seq).toBe(2)
    expect([await fanOutState(0), await fanOutState(1)]).toEqual(['up', 'up'])
    link.heal()
    await until('the writer to be back', async () => (await readiness(own().chat.writers[0] as never)).fanOut === 'up', {
      withinMs: convergeMs,
    })
    await expectOneOrder(couple, ['unpublished'])
  })

  it('a gateway that is cut off from Redis still delivers, and the other gateway is not affected', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const link = own().stack.link('gateway-2', 'redis')
    link.cut('black-hole')
    const sent = texts('deaf', 10)
    await Promise.all(sent.map((text) => ann.say(room, text)))
    expect(await fanOutState(0)).toBe('up')
    await until('the messages', () => bob.socket.feed(room).length === 11, { withinMs: 2 * convergeMs })
    link.heal()
    await isUp()
    await expectOneOrder(couple, sent)
  })

  it('repeatedly killed subscriber connections lose and duplicate nothing', async () => {
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    const redis = new Redis(own().stack.urls().redisUrl)
    const sent = texts('shaken', 60)
    for (const [index, text] of sent.entries()) {
      if (index % 10 === 0) await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await ann.say(room, text)
    }
    redis.disconnect()
    await isUp()
    await expectOneOrder(couple, sent)
  })

  it('repeated, reordered, forged and broken publications are corrected or dropped before delivery', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const redis = new Redis(own().stack.urls().redisUrl)
    const channel = `${own().chat.namespace}:room:${room}`
    const publications: string[] = []
    const listener = new Redis(own().stack.urls().redisUrl)
    listener.on('message', (_channel, text) => publications.push(text))
    await listener.subscribe(channel)
    for (const text of texts('first', 5)) await ann.say(room, text)
    await until('the publications', () => publications.length >= 5)
    const dropped = await metric(own().gateway(1), 'chat_publications_dropped_total')
    for (const old of [...publications].reverse()) await redis.publish(channel, old)
    for (const broken of [
      '',
      'x',
      '{}',
      '{"v":1,"room":"x","of":[]}',
      publications[0]?.slice(0, 60) ?? '',
      `{"v":2,"room":"${room}","of":[[99,"new-message","c","d"]]}`,
    ]) {
      await redis.publish(channel, broken)
    }
    // One publication of an event that does not exist, and one with a malformed frame.
    await redis.publish(channel, `{"v":1,"room":"${room}","of":[[500,"new-message","c","d"]]}`)
    await redis.publish(
      channel,
      `{"v":1,"room":"${room}","of":[[7,"remove-users","c","d"]]}\n{"event":"remove-users","room":"${room}","seq":7,"body":nonsense}`,
    )
    await ann.say(room, 'last')
    await expectOneOrder(couple, [...texts('first', 5), 'last'])
    expect(await metric(own().gateway(1), 'chat_publications_dropped_total')).toBeGreaterThanOrEqual(dropped + 6)
    expect((await bob.socket.request('ping', {})).body).toHaveProperty('now')
    redis.disconnect()
    listener.disconnect()
  })
})
