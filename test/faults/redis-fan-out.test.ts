import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultTimes } from '../../shared/runtime/config/times.ts'
import { freshChannel, listen, publish, untilAllReceived, untilReceived } from '../contract/fan-out/open-fan-out.ts'
import { until } from '../support/poll.ts'
import type { Stack } from '../support/stack/stack.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'
import { ask, asOpened, backoff, isSettled, untilRestored, untilState, watch } from './fan-out-rig.ts'

describe.skipIf(stackKind() === 'env')('The fan-out on a Redis that fails', () => {
  let stack: Stack
  let namespace: string
  beforeAll(async () => {
    stack = await startStack({ links: ['gateway', 'writer'] })
  })
  afterAll(() => stack[Symbol.asyncDispose]())
  beforeEach(() => {
    namespace = stack.freshNamespace()
  })
  afterEach(() => {
    for (const role of ['gateway', 'writer']) stack.link(role, 'redis').heal()
  })

  const direct = (): string => stack.urls().redisUrl
  const open = async (times?: Parameters<typeof watch>[1]) => {
    const at = (role: string) => ({ url: stack.urls(role).redisUrl, isCluster: false, namespace })
    const [near, far] = await Promise.all([watch(at('gateway'), times), watch(at('writer'), times)])
    return { near, far, opened: asOpened(near, far) }
  }
  /** The channels of this test that have a subscription on the server. */
  const subscribedChannels = async (): Promise<string[]> =>
    ((await ask(direct(), 'PUBSUB', 'CHANNELS', `${namespace}:*`)) as string[]).toSorted()

  it('starts while Redis is down, and is up once Redis has started', async () => {
    await stack.redis.kill()
    const { near, far, opened } = await open()
    await using _ = opened
    const channel = freshChannel()
    const subscriber = await listen(opened, channel)
    expect([near.fanOut.state, near.states, near.restored()]).toEqual(['down', ['down'], 0])
    await expect(publish(far.fanOut, channel, 'lost')).rejects.toThrow('down')
    await stack.redis.start()
    await untilState('up', near, far)
    expect([near.states, near.restored()]).toEqual([['down', 'up'], 1])
    await publish(far.fanOut, channel, 'received')
    await untilReceived(opened, subscriber, 1)
    expect(subscriber.received).toEqual(['received'])
  })

  it('subscribes after a restart of Redis to the channels that have listeners, and to no others', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const [kept, closed] = [await listen(opened, 'kept'), await listen(opened, 'closed')]
    await stack.redis.kill()
    await untilState('down', near, far)
    closed.close()
    const added = await listen(opened, 'added')
    await stack.redis.start()
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    expect(await subscribedChannels()).toEqual([`${namespace}:added`, `${namespace}:kept`])
    await opened.far.publish(['kept', 'closed', 'added'].map((channel) => ({ channel, payload: channel })))
    await Promise.all([untilReceived(opened, kept, 1), untilReceived(opened, added, 1)])
    expect([near.states, closed.received]).toEqual([['up', 'down', 'up'], []])
  })

  it('is down within 10 s of a freeze of Redis, rejects publishes at once, and is restored when Redis continues', async () => {
    const { near, far, opened } = await open(defaultTimes)
    await using _ = opened
    const subscriber = await listen(opened, 'room')
    await stack.redis.pause()
    const pausedAt = performance.now()
    const pending = publish(far.fanOut, 'room', 'pending')
    const waiting = near.fanOut.subscribe('other', () => {})
    await expect(pending).rejects.toThrow()
    await Promise.all([untilState('down', near, far), waiting.ready])
    expect(performance.now() - pausedAt).toBeLessThan(10_000)
    expect(await isSettled(publish(far.fanOut, 'room', 'refused'))).toBe(true)
    await stack.redis.resume()
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    await publish(far.fanOut, 'room', 'after')
    await until('the publication after the fault', () => subscriber.received.includes('after'), backoff)
    expect(subscriber.received).not.toContain('refused')
  })

  it('closes at once while Redis is frozen, whether it has detected that or not', async () => {
    const [undetected, detected] = [await open(defaultTimes), await open()]
    await stack.redis.pause()
    await untilState('down', detected.near, detected.far)
    const pending = publish(undetected.far.fanOut, 'room', 'pending')
    const closed = [undetected, detected].flatMap(({ near, far }) => [near.fanOut.close(), far.fanOut.close()])
    await expect(pending).rejects.toThrow()
    await until('all fan-outs to be closed', () => Promise.all(closed), { withinMs: 2_000 })
    expect(undetected.near.fanOut.state).toBe('down')
    await stack.redis.resume()
  })

  it('receives every publication after onRestored, however often its connections are killed', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const subscriber = await listen(opened, 'room')
    let sent = 0
    const send = (): Promise<void> => {
      sent += 1
      return publish(far.fanOut, 'room', String(sent))
    }
    const firsts: number[] = []
    const sending: Promise<void>[] = []
    near.fanOut.onRestored(() => {
      sending.push(send())
      firsts.push(sent)
    })
    for (let kills = 1; kills <= 20; kills += 1) {
      sending.push(...Array.from({ length: 20 }, send))
      await ask(direct(), 'CLIENT', 'KILL', 'TYPE', 'pubsub')
      sending.push(...Array.from({ length: 20 }, send))
      await untilRestored(near, kills)
    }
    await Promise.all(sending)
    await untilAllReceived(opened, 'room')
    const numbers = subscriber.received.map(Number).filter((number) => number > 0)
    expect(firsts.filter((number) => !numbers.includes(number))).toEqual([])
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(far.restored()).toBe(0)
  })

  it('is subscribed to exactly the channels with listeners, also if these change while its connections are killed', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const channels = Array.from({ length: 40 }, (_each, index) => `channel-${index}`)
    const subscriptions = new Map<string, { close(): void }>([['always', await listen(opened, 'always')]])
    for (let round = 1; round <= 10; round += 1) {
      const killed = ask(direct(), 'CLIENT', 'KILL', 'TYPE', 'pubsub')
      while (near.restored() < round) {
        for (const channel of channels.filter(() => Math.random() < 0.2)) {
          subscriptions.get(channel)?.close()
          if (!subscriptions.delete(channel))
            subscriptions.set(
              channel,
              near.fanOut.subscribe(channel, () => {}),
            )
        }
        await new Promise((resolve) => setImmediate(resolve))
        await killed
      }
    }
    const subscriber = await listen(opened, 'last')
    await publish(far.fanOut, 'last', 'a')
    await untilReceived(opened, subscriber, 1)
    expect(await subscribedChannels()).toEqual(
      ['last', ...subscriptions.keys()].map((channel) => `${namespace}:${channel}`).toSorted(),
    )
  })

  it.each(['both', 'requests', 'answers'] as const)(
    'detects a black hole on its own connection (%s), and not on that of another process',
    async (direction) => {
      const { near, far, opened } = await open()
      await using _ = opened
      const subscriber = await listen(opened, 'room')
      stack.link('gateway', 'redis').cut('black-hole', direction)
      await untilState('down', near)
      await publish(far.fanOut, 'room', 'meanwhile')
      expect(await isSettled(near.fanOut.subscribe('other', () => {}).ready)).toBe(true)
      stack.link('gateway', 'redis').heal()
      await untilRestored(near, 1)
      await publish(far.fanOut, 'room', 'after')
      await until('the publication after the fault', () => subscriber.received.includes('after'), backoff)
      expect(far.states).toEqual(['up'])
    },
  )

  it('still receives if only the connection of one publisher is cut', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const subscriber = await listen(opened, 'room')
    stack.link('writer', 'redis').cut('reset')
    await untilState('down', far)
    await expect(publish(far.fanOut, 'room', 'refused')).rejects.toThrow('down')
    await publish(near.fanOut, 'room', 'by another')
    await untilReceived(opened, subscriber, 1)
    stack.link('writer', 'redis').heal()
    await untilRestored(far, 1)
    await publish(far.fanOut, 'room', 'after')
    await untilReceived(opened, subscriber, 2)
    expect([subscriber.received, near.states]).toEqual([['by another', 'after'], ['up']])
  })

  it('stays up during a pause of Redis shorter than `redisDeadMs`, and is down during a longer one', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const subscriber = await listen(opened, 'room')
    await ask(direct(), 'CLIENT', 'PAUSE', '500')
    await publish(far.fanOut, 'room', 'late')
    await untilReceived(opened, subscriber, 1)
    expect([near.states, far.states]).toEqual([['up'], ['up']])
    await ask(direct(), 'CLIENT', 'PAUSE', '4000')
    await untilState('down', near, far)
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    await publish(far.fanOut, 'room', 'after')
    await untilReceived(opened, subscriber, 2)
    expect(subscriber.received).toEqual(['late', 'after'])
  })

  it('is restored after the server closed its connection for being too slow', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const subscriber = await listen(opened, 'room')
    await ask(direct(), 'CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 1mb 1mb 1')
    await publish(far.fanOut, 'room', 'x'.repeat(4_000_000))
    await untilRestored(near, 1)
    await publish(far.fanOut, 'room', 'after')
    await untilReceived(opened, subscriber, 1)
    expect(subscriber.received).toEqual(['after'])
    await ask(direct(), 'CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60')
  })

  it('is ready, and restored, only when it receives publications, also on a slow connection', async () => {
    const { near, opened } = await open()
    await using _ = opened
    stack.link('gateway', 'redis').delay(150)
    const subscriber = await listen(opened, 'room')
    await publish(opened.far, 'room', 'ready')
    near.fanOut.onRestored(() => void publish(opened.far, 'room', 'restored'))
    await ask(direct(), 'CLIENT', 'KILL', 'TYPE', 'pubsub')
    await untilRestored(near, 1)
    await untilReceived(opened, subscriber, 2)
    expect(subscriber.received).toEqual(['ready', 'restored'])
  })
})
