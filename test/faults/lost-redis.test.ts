import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import { metric, readiness } from '../support/stack/inspect.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { coupleOn, expectOneOrder, texts } from './couple.ts'
import { ownChat } from './own-chat.ts'

/** T of the design: within it every member has what the store has. */
const convergeMs = 10_000

describe.skipIf(stackKind() === 'env')('Without Redis, or without parts of it', () => {
  const own = ownChat({ gateways: 2, writers: 1 }, ['gateway-1', 'gateway-2', 'writer'])

  const fanOutState = async (place: number): Promise<unknown> => (await readiness(own().gateway(place))).fanOut

  const isUp = (): Promise<unknown> =>
    until('both gateways to hear again', async () => (await fanOutState(0)) === 'up' && (await fanOutState(1)) === 'up', {
      withinMs: 15_000,
    })

  it('everything is confirmed and delivered while it is dead, and it comes back by itself', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    await own().stack.redis.kill()
    await until('its death to be noticed', async () => (await fanOutState(0)) === 'down' && (await fanOutState(1)) === 'down', {
      withinMs: convergeMs,
    })
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

  it('a silent one is noticed within ten seconds, and delivery goes on', async () => {
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    await own().stack.redis.pause()
    const sent = texts('hung', 10)
    const said = Promise.all(sent.map((text) => ann.say(room, text)))
    await until('the silence to be noticed', async () => (await fanOutState(0)) === 'down' && (await fanOutState(1)) === 'down', {
      withinMs: 10_000,
    })
    await said
    await expectOneOrder(couple, sent)
    await own().stack.redis.resume()
    await isUp()
    await ann.say(room, 'woken')
    await expectOneOrder(couple, [...sent, 'woken'])
  })

  it('the only message into a silent room is found by the sweep, though nobody could publish it', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const link = own().stack.link('writer', 'redis')
    link.cut('reset')
    await until('the writer to be cut off', async () => (await readiness(own().chat.writers[0] as never)).fanOut === 'down', {
      withinMs: convergeMs,
    })
    const said = ann.socket.request('new-message', { msg: 'unheard', type: 'text' }, { room })
    await until('the message', () => bob.socket.feed(room).length === 2, { withinMs: convergeMs })
    expect((await said).seq).toBe(2)
    expect([await fanOutState(0), await fanOutState(1)]).toEqual(['up', 'up'])
    link.heal()
    await until('the writer to be back', async () => (await readiness(own().chat.writers[0] as never)).fanOut === 'up', {
      withinMs: convergeMs,
    })
    await expectOneOrder(couple, ['unheard'])
  })

  it('a gateway that is cut off alone still delivers, and the other notices nothing', async () => {
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

  it('connections that are killed again and again lose nothing and repeat nothing', async () => {
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

  it('repeated, reordered, forged and broken publications are mended or dropped before anybody sees them', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const redis = new Redis(own().stack.urls().redisUrl)
    const channel = `${own().chat.namespace}:room:${room}`
    const heard: string[] = []
    const listener = new Redis(own().stack.urls().redisUrl)
    listener.on('message', (_channel, text) => heard.push(text))
    await listener.subscribe(channel)
    for (const text of texts('first', 5)) await ann.say(room, text)
    await until('the publications', () => heard.length >= 5)
    const dropped = await metric(own().gateway(1), 'chat_publications_dropped_total')
    for (const old of [...heard].reverse()) await redis.publish(channel, old)
    for (const broken of [
      '',
      'x',
      '{}',
      '{"v":1,"room":"x","of":[]}',
      heard[0]?.slice(0, 60) ?? '',
      `{"v":2,"room":"${room}","of":[[99,"new-message","c","d"]]}`,
    ]) {
      await redis.publish(channel, broken)
    }
    // A rumour of what is not there, and one whose frame is a lie in its form.
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
