import { expect } from 'vitest'
import type { OpenFanOut, Promised } from './open-fan-out.ts'
import { freshTopic, listen, publish, readyWithin, untilHeard, untilPassed } from './open-fan-out.ts'

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

const texts = ['', 'plain', '{"v":1}\n{"seq":2}\r\n', 'é 😀 \u2028 \0 \u0001', ' spaces ', 'x'.repeat(128 * 1024)]

/** What happens to publications. */
export const deliveryPromises: readonly Promised[] = [
  {
    title: 'delivers what is published once a subscription is ready, to the byte',
    keep: async (opened) => {
      const topic = freshTopic()
      const ear = await listen(opened, topic)
      await publish(opened.far, topic, ...texts)
      await untilHeard(opened, ear, texts.length)
      expect(ear.heard).toEqual(texts)
    },
  },
  {
    title: "keeps one publisher's order in a topic, within a call and over calls that nobody waits for",
    keep: async (opened) => {
      const topic = freshTopic()
      const ear = await listen(opened, topic)
      const all = numbers(300)
      const calls = Array.from({ length: 30 }, (_, call) => publish(opened.far, topic, ...all.slice(call * 10, call * 10 + 10)))
      await Promise.all(calls)
      await untilHeard(opened, ear, all.length)
      expect(ear.heard).toEqual(all)
    },
  },
  {
    title: 'delivers each of many topics to its own listeners only',
    keep: async (opened) => {
      const topics = numbers(1_000).map(freshTopic)
      const ears = await Promise.all(topics.map((topic) => listen(opened, topic)))
      await opened.far.publish(topics.map((topic) => ({ topic, payload: `for ${topic}` })))
      await Promise.all(ears.map((ear) => untilHeard(opened, ear, 1)))
      await untilPassed(opened, topics[0] ?? '')
      // The first also hears what told that all had passed.
      expect(ears.map(({ heard }) => heard[0])).toEqual(topics.map((topic) => `for ${topic}`))
      expect(ears.slice(1).flatMap(({ heard }) => heard)).toHaveLength(topics.length - 1)
    },
  },
  {
    title: 'delivers to every listener of a topic, and twice to one that listens twice',
    keep: async (opened) => {
      const topic = freshTopic()
      const [one, other] = [await listen(opened, topic), await listen(opened, topic)]
      const twice: string[] = []
      const hear = (payload: Buffer): void => void twice.push(payload.toString())
      const places = [opened.near.subscribe(topic, hear), opened.near.subscribe(topic, hear)]
      await readyWithin(opened.withinMs, ...places)
      await publish(opened.far, topic, 'a')
      await untilPassed(opened, topic)
      expect([one.heard[0], other.heard[0], twice.filter((text) => text === 'a')]).toEqual(['a', 'a', ['a', 'a']])
      places[0]?.close()
      await publish(opened.far, topic, 'b')
      await untilPassed(opened, topic)
      expect(twice.filter((text) => text === 'b')).toEqual(['b'])
    },
  },
  {
    title: 'takes publications that nobody listens to, and none at all',
    keep: async ({ far }) => {
      await expect(publish(far, freshTopic(), 'for nobody')).resolves.toBeUndefined()
      await expect(far.publish([])).resolves.toBeUndefined()
    },
  },
  {
    title: 'calls no listener from inside publish',
    keep: async (opened) => {
      const topic = freshTopic()
      const ear = await listen(opened, topic)
      const publishing = publish(opened.near, topic, 'later')
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
      await untilPassed(opened, freshTopic())
      expect([opened.near.state, opened.far.state, calls]).toEqual(['up', 'up', 0])
      stop()
    },
  },
  {
    title: 'refuses to publish and calls nobody once it is closed, twice if need be',
    keep: async (opened) => {
      const topic = freshTopic()
      const ear = await listen(opened, topic)
      const underWay = publish(opened.near, topic, 'before')
      await Promise.all([opened.near.close(), opened.near.close()])
      const { length } = ear.heard
      await expect(publish(opened.near, topic, 'after')).rejects.toThrow('closed')
      await Promise.allSettled([underWay, passesElsewhere(opened, topic)])
      expect(ear.heard).toHaveLength(length)
    },
  },
]

/** What is under way, and what others go on publishing, has arrived where it still can. */
const passesElsewhere = async ({ near, far, withinMs }: OpenFanOut, topic: string): Promise<void> => {
  if (near === far) await new Promise((resolve) => setImmediate(resolve))
  else await untilPassed({ near: far, far, withinMs, lines: [], [Symbol.asyncDispose]: async () => {} }, topic)
}
