import { describe, expect, it } from 'vitest'
import { createEventStreamQueue } from '../../../services/writer/event-stream-queue.ts'
import { createStalledPartitions } from '../../../services/writer/stalled-partitions.ts'
import type { StreamRecord } from '../../../shared/ports/event-stream.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import { virtualClock } from '../simulation/virtual-clock.ts'

const lingerMs = 50

/** A queue under a virtual clock whose publishes end when the test ends them. */
const openLane = (eventStreamBytes = 1_000) => {
  const clock = virtualClock(seededRandom(1))
  const publishes: { readonly keys: string; readonly end: () => void; readonly fail: () => void }[] = []
  const stalledPartitions = createStalledPartitions()
  const queue = createEventStreamQueue({
    eventStream: {
      publish: (records) =>
        new Promise((resolve, reject) => {
          const keys = records.map(({ key }) => key).join('')
          publishes.push({ keys, end: resolve, fail: () => reject(new Error('no leader')) })
        }),
      close: async () => {},
    },
    clock,
    times: { eventStreamLingerMs: lingerMs, retryFirstMs: 10, retryMostMs: 100 },
    bounds: { eventStreamBytes },
    stalledPartitions,
    metrics: { onRetry: () => {} },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  const results: string[] = []
  const add = (keys: string, { bytes = 10, partition = 1, signal = new AbortController().signal } = {}): void => {
    const records = keys.split('').map((key): StreamRecord => ({ key, value: 'x'.repeat(bytes), headers: {} }))
    void queue.add(records, { partition, signal }).then(
      () => results.push(`${keys} published`),
      (error: Error) => results.push(`${keys} ${error.name}`),
    )
  }
  return { queue, add, publishes, results, stalledPartitions, run: clock.run }
}

const keysOf = (publishes: readonly { readonly keys: string }[]): readonly string[] => publishes.map(({ keys }) => keys)

describe('The queue of the event stream', () => {
  it('publishes the records of several batches together, in order, after the linger time of the first', async () => {
    const { add, publishes, results, run } = openLane()
    add('ab')
    await run(lingerMs - 1)
    add('c')
    expect(publishes).toEqual([])
    await run(1)
    expect(keysOf(publishes)).toEqual(['abc'])
    expect(results).toEqual([])
    publishes[0]?.end()
    await run(0)
    expect(results).toEqual(['ab published', 'c published'])
  })

  it('publishes at once when the queued bytes reach the bound, and publishes no more than the bound together', async () => {
    const { add, publishes, run } = openLane(100)
    add('a', { bytes: 60 })
    add('b', { bytes: 60 })
    await run(0)
    expect(keysOf(publishes)).toEqual(['a'])
    publishes[0]?.end()
    await run(0)
    expect(keysOf(publishes)).toEqual(['a', 'b'])
  })

  it('has one publish in flight, and later records wait for it', async () => {
    const { add, publishes, run } = openLane()
    add('a')
    await run(lingerMs)
    add('b')
    await run(10 * lingerMs)
    expect(keysOf(publishes)).toEqual(['a'])
    publishes[0]?.end()
    await run(0)
    expect(keysOf(publishes)).toEqual(['a', 'b'])
  })

  it('keeps records that were added during a publish for their own linger time', async () => {
    const { add, publishes, run } = openLane()
    add('a')
    await run(lingerMs)
    add('b')
    publishes[0]?.end()
    await run(lingerMs - 1)
    expect(keysOf(publishes)).toEqual(['a'])
    await run(1)
    expect(keysOf(publishes)).toEqual(['a', 'b'])
  })

  it('retries the same records before any later ones, and shows the waiting partitions', async () => {
    const { add, publishes, results, stalledPartitions, run } = openLane()
    add('a', { partition: 2 })
    add('b', { partition: 5 })
    await run(lingerMs)
    publishes[0]?.fail()
    add('c')
    await run(5)
    expect(stalledPartitions.waiting()).toEqual({ eventStream: [2, 5] })
    await run(lingerMs)
    expect(keysOf(publishes)).toEqual(['ab', 'ab'])
    publishes[1]?.end()
    await run(0)
    expect(keysOf(publishes)).toEqual(['ab', 'ab', 'c'])
    expect(results).toEqual(['a published', 'b published'])
    expect(stalledPartitions.waiting()).toEqual({})
  })

  it('abandons the records of an aborted batch and all later ones of its assignment after a failure, and publishes the others', async () => {
    const { add, publishes, results, run } = openLane()
    const aborting = new AbortController()
    add('a', { signal: aborting.signal })
    add('b')
    await run(lingerMs)
    aborting.abort()
    add('c', { signal: aborting.signal })
    publishes[0]?.fail()
    await run(10)
    add('d', { signal: aborting.signal })
    expect(keysOf(publishes)).toEqual(['ab', 'b'])
    publishes[1]?.end()
    await run(3 * lingerMs)
    expect(keysOf(publishes)).toEqual(['ab', 'b'])
    expect(results.toSorted()).toEqual(['a AbortError', 'b published', 'c AbortError', 'd AbortError'])
  })

  it('abandons all records on drop; records added later wait for the publish in flight', async () => {
    const { queue, add, publishes, results, run } = openLane()
    add('a')
    await run(lingerMs)
    add('b')
    queue.drop()
    await run(0)
    expect(results).toEqual(['a ConnectionLostError', 'b ConnectionLostError'])
    add('c')
    await run(3 * lingerMs)
    expect(keysOf(publishes)).toEqual(['a'])
    publishes[0]?.fail()
    await run(lingerMs)
    expect(keysOf(publishes)).toEqual(['a', 'c'])
  })
})
