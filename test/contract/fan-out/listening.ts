import { expect } from 'vitest'
import type { Subscription } from '../../../shared/ports/fan-out.ts'
import { until } from '../../support/poll.ts'
import type { Promised } from './open-fan-out.ts'
import { freshChannel, listen, publish, readyWithin, untilAllReceived, untilReceived } from './open-fan-out.ts'

/** The promises about listeners. */
export const listeningPromises: readonly Promised[] = [
  {
    title: 'does not call a listener whose subscription is closed, and calls the others',
    keep: async (opened) => {
      const channel = freshChannel()
      const [gone, stays] = [await listen(opened, channel), await listen(opened, channel)]
      gone.close()
      gone.close()
      await publish(opened.far, channel, 'a')
      await untilReceived(opened, stays, 1)
      await untilAllReceived(opened, channel)
      expect(gone.received).toEqual([])
      expect(stays.received[0]).toBe('a')
    },
  },
  {
    title: 'receives a channel again each time that it is unsubscribed and subscribed again',
    keep: async (opened) => {
      const channel = freshChannel()
      for (let round = 0; round < 20; round += 1) {
        const subscriber = await listen(opened, channel)
        await publish(opened.far, channel, String(round))
        await untilReceived(opened, subscriber, 1)
        subscriber.close()
        expect(subscriber.received).toEqual([String(round)])
      }
    },
  },
  {
    title: 'receives a channel that is unsubscribed and subscribed again in one turn',
    keep: async (opened) => {
      const channel = freshChannel()
      let last = await listen(opened, channel)
      for (let round = 0; round < 5; round += 1) {
        last.close()
        const brief = opened.near.subscribe(channel, () => {})
        const next = listen(opened, channel)
        brief.close()
        last = await next
      }
      await publish(opened.far, channel, 'a')
      await untilReceived(opened, last, 1)
      expect(last.received).toEqual(['a'])
    },
  },
  {
    title: 'is ready for a listener that joins others, and for one that was closed before',
    keep: async (opened) => {
      const channel = freshChannel()
      const [first, second, third] = [0, 1, 2].map(() => opened.near.subscribe(channel, () => {}))
      const alone = opened.near.subscribe(freshChannel(), () => {})
      second?.close()
      alone.close()
      const all = [first, second, third, alone].filter((each): each is Subscription => each !== undefined)
      await readyWithin(opened.withinMs, ...all)
      const late = await listen(opened, channel)
      await publish(opened.far, channel, 'a')
      await untilReceived(opened, late, 1)
    },
  },
  {
    title: 'keeps a listener that throws, logs it without its message, and calls the next one',
    keep: async (opened) => {
      const channel = freshChannel()
      let thrown = 0
      const place = opened.near.subscribe(channel, () => {
        thrown += 1
        throw new RangeError('secret')
      })
      const subscriber = await listen(opened, channel)
      await readyWithin(opened.withinMs, place)
      await publish(opened.far, channel, 'a', 'b')
      await untilReceived(opened, subscriber, 2)
      expect([subscriber.received, thrown]).toEqual([['a', 'b'], 2])
      expect(opened.lines.filter((line) => line.includes('RangeError'))).toHaveLength(2)
      expect(opened.lines.join()).not.toContain('secret')
    },
  },
  {
    title: 'does not call a listener that another one closed during a delivery',
    keep: async (opened) => {
      const channel = freshChannel()
      const ends: (() => void)[] = []
      let calls = 0
      const closing = (): void => {
        calls += 1
        for (const end of ends) end()
      }
      // The listener that is called first closes the other one.
      const places = [opened.near.subscribe(channel, closing), opened.near.subscribe(channel, closing)]
      ends.push(...places.map((place) => () => place.close()))
      await readyWithin(opened.withinMs, ...places)
      await publish(opened.far, channel, 'a', 'b')
      await untilAllReceived(opened, channel)
      expect(calls).toBe(1)
    },
  },
  {
    title: 'counts the processes that are subscribed to each channel, however many listeners they have',
    keep: async (opened) => {
      const [channel, other, unused] = [freshChannel(), freshChannel(), freshChannel()]
      const [one, two, three] = [await listen(opened, channel), await listen(opened, channel), await listen(opened, other)]
      const counts = (): Promise<readonly number[]> => opened.far.listeners([unused, channel, other])
      expect(await counts()).toEqual([0, 1, 1])
      one.close()
      expect(await counts()).toEqual([0, 1, 1])
      two.close()
      three.close()
      const areNone = async (): Promise<boolean> => (await counts()).every((count) => count === 0)
      await until('no subscription', areNone, { withinMs: opened.withinMs, everyMs: 5 })
      expect(await opened.far.listeners([])).toEqual([])
    },
  },
  {
    title: 'counts the subscriptions of a thousand channels at once',
    keep: async (opened) => {
      const channels = Array.from({ length: 1_000 }, freshChannel)
      const listened = channels.filter((_, index) => index % 3 === 0)
      await Promise.all(listened.map((channel) => listen(opened, channel)))
      const expected = channels.map((_, index) => (index % 3 === 0 ? 1 : 0))
      expect(await opened.far.listeners(channels)).toEqual(expected)
    },
  },
  {
    title: 'calls a listener that is added during a delivery from the next publication on',
    keep: async (opened) => {
      const channel = freshChannel()
      const joined: string[] = []
      const first = opened.near.subscribe(channel, () => {
        first.close()
        opened.near.subscribe(channel, (payload) => void joined.push(payload.toString()))
      })
      await readyWithin(opened.withinMs, first)
      const subscriber = await listen(opened, channel)
      await publish(opened.far, channel, 'a', 'b')
      await untilReceived(opened, subscriber, 2)
      expect(joined).toEqual(['b'])
    },
  },
]
