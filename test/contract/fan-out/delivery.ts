import { expect } from 'vitest'
import type { OpenFanOut, Promised } from './open-fan-out.ts'
import { freshChannel, listen, publish, readyWithin, untilAllReceived, untilReceived } from './open-fan-out.ts'

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

const texts = ['', 'plain', '{"v":1}\n{"seq":2}\r\n', 'é 😀 \u2028 \0 \u0001', ' spaces ', 'x'.repeat(128 * 1024)]

/** The promises about publications. */
export const deliveryPromises: readonly Promised[] = [
  {
    title: 'delivers publications unchanged once a subscription is ready',
    keep: async (opened) => {
      const channel = freshChannel()
      const subscriber = await listen(opened, channel)
      await publish(opened.far, channel, ...texts)
      await untilReceived(opened, subscriber, texts.length)
      expect(subscriber.received).toEqual(texts)
    },
  },
  {
    title: 'keeps the order of one publisher in a channel, within a call and over concurrent calls',
    keep: async (opened) => {
      const channel = freshChannel()
      const subscriber = await listen(opened, channel)
      const all = numbers(300)
      const calls = Array.from({ length: 30 }, (_, call) => publish(opened.far, channel, ...all.slice(call * 10, call * 10 + 10)))
      await Promise.all(calls)
      await untilReceived(opened, subscriber, all.length)
      expect(subscriber.received).toEqual(all)
    },
  },
  {
    title: 'delivers each of many channels to its own listeners only',
    keep: async (opened) => {
      const channels = numbers(1_000).map(freshChannel)
      const subscribers = await Promise.all(channels.map((channel) => listen(opened, channel)))
      await opened.far.publish(channels.map((channel) => ({ channel, payload: `for ${channel}` })))
      await Promise.all(subscribers.map((subscriber) => untilReceived(opened, subscriber, 1)))
      await untilAllReceived(opened, channels[0] ?? '')
      // The first subscriber also receives the final publication.
      expect(subscribers.map(({ received }) => received[0])).toEqual(channels.map((channel) => `for ${channel}`))
      expect(subscribers.slice(1).flatMap(({ received }) => received)).toHaveLength(channels.length - 1)
    },
  },
  {
    title: 'delivers to every listener of a channel, and twice to one that was added twice',
    keep: async (opened) => {
      const channel = freshChannel()
      const [one, other] = [await listen(opened, channel), await listen(opened, channel)]
      const twice: string[] = []
      const listener = (payload: Buffer): void => void twice.push(payload.toString())
      const places = [opened.near.subscribe(channel, listener), opened.near.subscribe(channel, listener)]
      await readyWithin(opened.withinMs, ...places)
      await publish(opened.far, channel, 'a')
      await untilAllReceived(opened, channel)
      expect([one.received[0], other.received[0], twice.filter((text) => text === 'a')]).toEqual(['a', 'a', ['a', 'a']])
      places[0]?.close()
      await publish(opened.far, channel, 'b')
      await untilAllReceived(opened, channel)
      expect(twice.filter((text) => text === 'b')).toEqual(['b'])
    },
  },
  {
    title: 'accepts publications without listeners, and none at all',
    keep: async ({ far }) => {
      await expect(publish(far, freshChannel(), 'for nobody')).resolves.toBeUndefined()
      await expect(far.publish([])).resolves.toBeUndefined()
    },
  },
  {
    title: 'calls no listener from inside publish',
    keep: async (opened) => {
      const channel = freshChannel()
      const subscriber = await listen(opened, channel)
      const publishing = publish(opened.near, channel, 'later')
      expect(subscriber.received).toEqual([])
      await publishing
      await untilReceived(opened, subscriber, 1)
    },
  },
  {
    title: 'is up, and does not call onRestored listeners without a loss',
    keep: async (opened) => {
      let calls = 0
      const stop = opened.near.onRestored(() => {
        calls += 1
      })
      await untilAllReceived(opened, freshChannel())
      expect([opened.near.state, opened.far.state, calls]).toEqual(['up', 'up', 0])
      stop()
    },
  },
  {
    title: 'refuses to publish and calls no listener once it is closed, even twice',
    keep: async (opened) => {
      const channel = freshChannel()
      const subscriber = await listen(opened, channel)
      const underWay = publish(opened.near, channel, 'before')
      await Promise.all([opened.near.close(), opened.near.close()])
      const { length } = subscriber.received
      await expect(publish(opened.near, channel, 'after')).rejects.toThrow('closed')
      await Promise.allSettled([underWay, passesElsewhere(opened, channel)])
      expect(subscriber.received).toHaveLength(length)
    },
  },
]

/** Resolves when publications that were pending, and later ones of other fan-outs, would have been received. */
const passesElsewhere = async ({ near, far, withinMs }: OpenFanOut, channel: string): Promise<void> => {
  if (near === far) await new Promise((resolve) => setImmediate(resolve))
  else await untilAllReceived({ near: far, far, withinMs, lines: [], [Symbol.asyncDispose]: async () => {} }, channel)
}
