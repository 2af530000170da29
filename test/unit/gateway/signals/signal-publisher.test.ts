import { describe, expect, it } from 'vitest'
import { createSignalPublisher } from '../../../../services/gateway/signals/signal-publisher.ts'
import type { FanOutState, Publication } from '../../../../shared/ports/fan-out.ts'

const user = '01a20e3b-6107-7742-ac5b-fcb05f0baa1b'

const rig = (maxWaiting = 10) => {
  const batches: (readonly Publication[])[] = []
  const dropped: [string, number][] = []
  const answers: PromiseWithResolvers<void>[] = []
  const fanOut = {
    state: 'up' as FanOutState,
    publish: (items: readonly Publication[]): Promise<void> => {
      batches.push(items)
      const answer = Promise.withResolvers<void>()
      answers.push(answer)
      return answer.promise
    },
  }
  const publisher = createSignalPublisher({ fanOut, maxWaiting, onDropped: (reason, count) => dropped.push([reason, count]) })
  const send = (key: string, data: object = {}): boolean =>
    publisher.publish(key, key, { signal: { user, kind: 'x.n', data: { ...data } } })
  const kept = (): string[][] => batches.map((items) => items.map(({ channel, payload }) => `${channel} ${payload}`))
  return { fanOut, answers, batches, dropped, send, kept }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('The publisher of signals', () => {
  it('has one publication in flight, and a newer signal under the same key replaces one that waits', async () => {
    const { answers, send, kept } = rig()
    send('a', { n: 1 })
    send('a', { n: 2 })
    send('b', { n: 3 })
    send('a', { n: 4 })
    expect(kept()).toHaveLength(1)
    answers[0]?.resolve()
    await settle()
    expect(kept()).toEqual([
      [expect.stringContaining('{"n":1}')],
      [expect.stringContaining('{"n":4}'), expect.stringContaining('{"n":3}')],
    ])
  })

  it('publishes many signals in parts, the oldest first, so that events of rooms can be sent in between', async () => {
    const { answers, batches, send } = rig(1_000)
    const keys = Array.from({ length: 1_000 }, (_, n) => `k${n}`)
    for (const key of keys) send(key)
    for (let part = 0; part < 5; part += 1) {
      answers[part]?.resolve()
      await settle()
    }
    expect(batches.map((items) => items.length)).toEqual([1, 250, 250, 250, 249])
    expect(batches.flat().map(({ channel }) => channel)).toEqual(keys)
  })

  it('drops what the fan-out refuses, and does not repeat it', async () => {
    const { answers, dropped, send, kept } = rig()
    send('a')
    answers[0]?.reject(new Error('down'))
    await settle()
    expect([kept().length, dropped]).toEqual([1, [['fan_out', 1]]])
    send('b')
    expect(kept()).toHaveLength(2)
  })

  it('drops signals at once while the fan-out is down, and beyond the number that may wait', async () => {
    const { fanOut, dropped, send } = rig(2)
    expect([send('a'), send('b'), send('c'), send('d'), send('b')]).toEqual([true, true, true, false, true])
    fanOut.state = 'down'
    expect(send('e')).toBe(false)
    expect(dropped).toEqual([
      ['busy', 1],
      ['fan_out', 1],
    ])
  })
})
