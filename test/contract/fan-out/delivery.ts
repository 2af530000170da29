import { expect } from 'vitest'
import type { OpenFanOut, Promised } from './open-fan-out.ts'
import { freshChannel, listen, publish, readyWithin, untilHeard, untilPassed } from './open-fan-out.ts'

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

const texts = ['', 'plain', '{"v":1}\n{"seq":2}\r\n', 'é 😀 \u2028 \0 \u0001', ' spaces ', 'x'.repeat(128 * 1024)]

/** What happens to publications. */
export const deliveryPromises: readonly Promised[] = [
  {
    title: 'delivers what is published once a subscription is ready, to the byte',
    keep: async (opened) => {
      const channel = freshChannel()
      const ear = await listen(opened, channel)
      await publish(opened.far, channel, ...texts)
      await untilHeard(opened, ear, texts.length)
      expect(ear.heard).toEqual(texts)
    },
  },
  {
    title: "keeps one publisher's order in a topic, within a call and over calls that nobody waits for",
    keep: async (opened) => {
      const channel = freshChannel()
      const ear = await listen(opened, channel)
      const all = numbers(300)
      const calls = Array.from({ length: 30 }, (_, call) => publish(opened.far, channel, ...all.slice(call * 10, call * 10 + 10)))
      await Promise.all(calls)
      await untilHeard(opened, ear, all.length)
      expect(ear.heard).toEqual(all)
    },
  },
  {
    title: 'delivers each of many topics to its own listeners only',
    keep: async (opened) => {
      const channels = numbers(1_000).map(freshChannel)
      const ears = await Promise.all(channels.map((channel) => listen(opened, channel)))
      await opened.far.publish(channels.map((channel) => ({ channel, payload: `for ${channel}` })))
      await Promise.all(ears.map((ear) => untilHeard(opened, ear, 1)))
      await untilPassed(opened, channels[0] ?? '')
      // The first also hears what told that all had passed.
      expect(ears.map(({ heard }) => heard[0])).toEqual(channels.map((channel) => `for ${channel}`))
      expect(ears.slice(1).flatMap(({ heard }) => heard)).toHaveLength(channels.length - 1)
    },
  },
  {
    title: 'delivers to every listener of a topic, and twice to one that listens twice',
    keep: async (opened) => {
      const channel = freshChannel()
      const [one, other] = [await listen(opened, channel), await listen(opened, channel)]
      const twice: string[] = []
      const hear = (payload: Buffer): void => void twice.push(payload.toString())
      const places = [opened.near.subscribe(channel, hear), opened.near.subscribe(channel, hear)]
      await readyWithin(opened.withinMs, ...places)
      await publish(opened.far, channel, 'a')
      await untilPassed(opened, channel)
      expect([one.heard[0], other.heard[0], twice.filter((text) => text === 'a')]).toEqual(['a', 'a', ['a', 'a']])
      places[0]?.close()
      await publish(opened.far, channel, 'b')
      await untilPassed(opened, channel)
      expect(twice.filter((text) => text === 'b')).toEqual(['b'])
    },
  },
  {
    title: 'takes publications that nobody listens to, and none at all',
    keep: async ({ far }) => {
      await expect(publish(far, freshChannel(), 'for nobody')).resolves.toBeUndefined()
      await expect(far.publish([])).resolves.toBeUndefined()
    },
  },
  {
    title: 'calls no listener from inside publish',
    keep: async (opened) => {
      const channel = freshChannel()
      const ear = await listen(opened, channel)
      const publishing = publish(opened.near, channel, 'later')
      expect(ear.heard).toEqual([])
      await publishing
      await untilHeard(opened, ear, 1)
    },
  },
  {
    title: 'is up, and calls nobody restored who has lost nothing',
    keep: async (opened) => {
      let calls = 0
      const stop = opened.near.onRestored(() => {
        calls += 1
      })
      await untilPassed(opened, freshChannel())
      expect([opened.near.state, opened.far.state, calls]).toEqual(['up', 'up', 0])
      stop()
    },
  },
  {
    title: 'refuses to publish and calls nobody once it is closed, twice if need be',
    keep: async (opened) => {
      const channel = freshChannel()
      const ear = await listen(opened, channel)
      const underWay = publish(opened.near, channel, 'before')
      await Promise.all([opened.near.close(), opened.near.close()])
      const { length } = ear.heard
      await expect(publish(opened.near, channel, 'after')).rejects.toThrow('closed')
      await Promise.allSettled([underWay, passesElsewhere(opened, channel)])
      expect(ear.heard).toHaveLength(length)
    },
  },
]

/** What is under way, and what others go on publishing, has arrived where it still can. */
const passesElsewhere = async ({ near, far, withinMs }: OpenFanOut, channel: string): Promise<void> => {
  if (near === far) await new Promise((resolve) => setImmediate(resolve))
  else await untilPassed({ near: far, far, withinMs, lines: [], [Symbol.asyncDispose]: async () => {} }, channel)
}
