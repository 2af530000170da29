import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { readTopic } from '../support/kafka/raw-topic.ts'
import { until } from '../support/poll.ts'
import { metric, readiness } from '../support/stack/inspect.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import type { Couple } from './couple.ts'
import { coupleOn, expectOneOrder, texts } from './couple.ts'
import { ownChat } from './own-chat.ts'

/** How long Redis is away: a minute by hand, shorter in the usual run. */
const cutMs = Number(process.env.REDIS_CUT_MS ?? 8_000)

const watch = async (person: Person, body: object): Promise<Frame['body']> => (await person.socket.request('watch', body)).body
const type = async ({ socket }: Person, room: string): Promise<unknown> =>
  (await socket.request('signal', { kind: 'typing' }, { room })).body?.sent
const pushes = ({ socket }: Person, event: string): readonly Frame[] =>
  socket.frames.filter((frame) => frame.event === event && frame.id === undefined && frame.seq === undefined)
const onlineIn = (state: Frame['body'], user: string): unknown =>
  ((state?.users ?? {}) as Record<string, { online: unknown }>)[user]?.online

/** The users are told apart by their order, because ids are random; times and digests depend on ids and clocks. */
const withoutIds = (texts: readonly string[]): readonly string[] => {
  const names = new Map<string, string>()
  const nameOf = (id: string): string => {
    const name = names.get(id) ?? `<${names.size}>`
    names.set(id, name)
    return name
  }
  return texts.map((text) =>
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, nameOf)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/"digest":"[\w-]{22}"/g, '"digest":"<digest>"'),
  )
}

describe.skipIf(stackKind() === 'env')('Signals between two gateways', () => {
  const own = ownChat({ gateways: 2, writers: 1, env: { TOPIC_RELEASE_MS: '2000', PRESENCE_ASK_MS: '3000' } })

  beforeAll(async () => {
    await own().chat.admin('level', '--raise')
    const accepts = async (place: number): Promise<boolean> => {
      await using person = await personOn(own().gateway(place).url, freshName('first'))
      return (await person.socket.request('watch', {})).error === undefined
    }
    await until('the feature level', async () => (await accepts(0)) && (await accepts(1)), { withinMs: 20_000, everyMs: 200 })
  }, 60_000)

  const areBoth = (state: string): Promise<unknown> =>
    until(
      `both gateways to be ${state}`,
      async () => {
        const states = await Promise.all([0, 1].map(async (place) => (await readiness(own().gateway(place))).fanOut))
        return states.every((each) => each === state)
      },
      { withinMs: 20_000 },
    )

  it('show who is typing, and custom data, to those who watch the room', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    expect(await watch(bob, { rooms: [room] })).toEqual({ rooms: { [room]: { signals: true, typing: [] } }, users: {} })
    expect(await type(ann, room)).toBe(true)
    await ann.socket.request('signal', { kind: 'x.cursor', data: { at: 7 }, to: [bob.id] }, { room })
    await bob.socket.seen('the data', ({ event, body }) => event === 'signal' && body?.kind === 'x.cursor')
    expect(pushes(bob, 'signal')).toEqual([
      { event: 'signal', room, body: { user_id: ann.id, kind: 'typing', ttl_ms: 6_000 } },
      { event: 'signal', room, body: { user_id: ann.id, kind: 'x.cursor', data: { at: 7 }, ttl_ms: 6_000 } },
    ])
    expect(pushes(ann, 'signal')).toEqual([])
  })

  it('show who is online, for some time after the last socket of any gateway', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, bobName } = couple
    expect(onlineIn(await watch(ann, { users: [bob.id, ann.id] }), bob.id)).toBe(true)
    await bob.socket[Symbol.asyncDispose]()
    await ann.socket.seen('the end', ({ event, body }) => event === 'presence' && body?.online === false)
    await using again = await personOn(own().gateway(0).url, bobName)
    await ann.socket.seen('the return', ({ event, body }) => event === 'presence' && body?.online === true)
    expect(pushes(ann, 'presence').map(({ body }) => body)).toEqual([
      { user_id: again.id, online: false },
      { user_id: again.id, online: true },
    ])
  })

  it('are dropped while Redis is dead, delay no message, and return by themselves; presence is unknown meanwhile', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    await watch(bob, { rooms: [room], users: [ann.id] })
    await own().stack.redis.kill()
    await areBoth('down')
    expect(await type(ann, room)).toBe(false)
    expect(onlineIn(await watch(bob, { rooms: [room], users: [ann.id] }), ann.id)).toBeNull()
    const sent: string[] = []
    const slowest = await slowestDelivery(couple, Date.now() + cutMs, sent)
    expect(pushes(bob, 'signal')).toEqual([])
    await own().stack.redis.start()
    await areBoth('up')
    await bob.socket.seen('the presence', ({ event, body }) => event === 'presence' && body?.online === true)
    await until('a signal', async () => (await type(ann, room)) === true && pushes(bob, 'signal').length > 0, {
      withinMs: 10_000,
    })
    await expectOneOrder(couple, sent)
    // The sweep delivers without Redis within about 250 ms; with signals dropped, they add nothing.
    expect(slowest).toBeLessThan(2_000)
    expect(await metric(own().gateway(0), 'chat_signals_dropped_total', 'fan_out')).toBeGreaterThan(0)
  })

  it('take no memory, and no message is later, when a socket that watches does not read', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const data = { text: 'x'.repeat(900) }
    await watch(bob, { rooms: [room] })
    const before = await metric(own().gateway(1), 'process_resident_memory_bytes')
    for (let count = 0; count < 3_000; count += 1)
      ann.socket.sendText(JSON.stringify({ event: 'signal', id: `s${count}`, room, body: { kind: 'x.flood', data } }))
    await ann.say(room, 'after')
    await ann.socket.seen('the last answer', ({ id }) => id === 's2999')
    await expectOneOrder(couple, ['after'])
    expect(pushes(bob, 'signal').length).toBeLessThan(200)
    expect(await metric(own().gateway(0), 'chat_signals_dropped_total', 'rate')).toBeGreaterThan(2_000)
    expect((await metric(own().gateway(1), 'process_resident_memory_bytes')) - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('leave no trace in Kafka and in the events (J4)', async () => {
    const [plain, signalled] = [await traceOf(false), await traceOf(true)]
    expect(plain.commands.length + plain.stream.length + plain.events.length).toBeGreaterThan(10)
    expect(signalled).toEqual(plain)
  })

  it('find out that a user of a killed gateway is not online any more', async () => {
    await using third = await own().chat.addGateway()
    await using ann = await personOn(own().gateway(0).url, freshName('ann'))
    await using cyd = await personOn(third.url, freshName('cyd'))
    await ann.createChat('a room', [cyd.id])
    expect(onlineIn(await watch(ann, { users: [cyd.id] }), cyd.id)).toBe(true)
    await third.kill()
    await ann.socket.seen('the end', ({ event, body }) => event === 'presence' && body?.online === false)
  })

  /** What the same requests leave in the topics and in the events, with signals between them or without. */
  const traceOf = async (isSignalling: boolean) => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    const signal = async (): Promise<void> => {
      if (!isSignalling) return
      for (const person of [ann, bob]) {
        await watch(person, { rooms: [room], users: [ann.id, bob.id] })
        expect(await type(person, room)).toBe(true)
      }
    }
    for (const text of texts('m', 3)) {
      await signal()
      await ann.say(room, text, randomUUID())
    }
    await signal()
    await ann.removeUsers(room, [bob.id])
    await expect(until('the end', () => ann.feedTo(room, 5))).resolves.toBeDefined()
    return readTrace([room, ann.id, bob.id, ann.name, bob.name])
  }

  const readTrace = async (keys: readonly string[]) => {
    const { namespace, databaseUrl } = own().chat
    const brokers = own().stack.urls().kafkaBrokers
    const topicTexts = async (topic: string): Promise<readonly string[]> => {
      const records = await readTopic(brokers, `${namespace}.${topic}`)
      const ours = keys.flatMap((key) => records.filter((record) => record.key?.toString() === key))
      return ours.map(({ value }) => value?.toString() ?? '')
    }
    const client = new pg.Client(databaseUrl)
    await client.connect()
    const { rows } = await client
      .query<{ text: string }>(
        `select concat_ws(' ', stream, seq, kind, type, data) as text from event where stream::text = any($1) order by stream::text = $2 desc, seq`,
        [keys, keys[0]],
      )
      .finally(() => client.end())
    const [commands, stream] = [await topicTexts('chat.commands'), await topicTexts('chat.events')]
    const all = withoutIds([...commands, ...stream, ...rows.map(({ text }) => text)])
    return {
      commands: all.slice(0, commands.length),
      stream: all.slice(commands.length, commands.length + stream.length),
      events: all.slice(commands.length + stream.length),
    }
  }
})

/** Sends messages until that time; returns the longest time until the other gateway delivered one. */
const slowestDelivery = async ({ ann, bob, room }: Couple, untilMs: number, sent: string[]): Promise<number> => {
  let slowest = 0
  while (Date.now() < untilMs) {
    const text = `while away ${sent.length}`
    const fromMs = Date.now()
    await ann.say(room, text)
    sent.push(text)
    await bob.socket.seen('the message', (frame) => frame.seq === sent.length + 1 && frame.room === room)
    slowest = Math.max(slowest, Date.now() - fromMs)
  }
  return slowest
}
