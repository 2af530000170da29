import { expect } from 'vitest'
import { until } from '../../support/poll.ts'
import { collect, holding, manyKeys, record, recordsOf, valuesOf } from './collecting.ts'
import type { CommandLogPromise } from './open-command-log.ts'

/** More failures than kafkajs itself tolerates. */
const manyThrows = 7

export const acknowledgingPromises = {
  'delivers a batch again after each error of its handler, before any later record': async (opened) => {
    const done: string[] = []
    let throws = 0
    await collect(opened, async ({ records }) => {
      if (throws < manyThrows) {
        throws += 1
        throw new TypeError('the test says no')
      }
      done.push(...valuesOf(records))
    })
    await opened.log.publish(recordsOf('again', 2))
    await until('the throws', () => throws === manyThrows, { withinMs: opened.withinMs })
    await opened.log.publish(recordsOf('behind', 1))
    await until('all records to be handled', () => done.length >= 3, { withinMs: opened.withinMs })
    expect(done.filter((value) => value.startsWith('again'))).toEqual(['again 0', 'again 1'])
  },

  'delivers the rest of a partly handled batch in order and once': async (opened) => {
    const handled: string[] = []
    await collect(opened, async ({ records }) => {
      handled.push(...valuesOf(records.slice(0, 1)))
      return { done: Promise.resolve(), handled: 1 }
    })
    const records = recordsOf('parts', 5)
    await opened.log.publish(records)
    await until('all records to be handled', () => handled.length >= records.length, { withinMs: opened.withinMs })
    expect(handled).toEqual(valuesOf(records))
  },

  'waits for a delivered batch when it stops, acknowledges it and delivers no further one': async (opened) => {
    const { handler, held, go } = holding()
    const first = await collect(opened, handler)
    await opened.log.publish(recordsOf('held', 1))
    await held
    await opened.log.publish(recordsOf('next', 2).map(({ value }) => record('held', value)))
    const stopped = first.consumption.stop()
    go()
    await stopped
    expect(valuesOf(first.records)).toEqual(['held 0'])
    const second = await collect(opened)
    await second.received(2)
    expect(valuesOf(second.records)).toEqual(['next 0', 'next 1'])
  },

  'does not stop before the delivered batch is done': async (opened) => {
    const { handler, held, go } = holding()
    let isDone = false
    const { consumption } = await collect(opened, async (batch) => {
      await handler(batch)
      isDone = true
    })
    await opened.log.publish([record('slow')])
    await held
    const stopped = consumption.stop().then(() => isDone)
    await new Promise((resolve) => setImmediate(resolve))
    go()
    expect(await stopped).toBe(true)
  },

  'aborts the signal of a delivered batch when consuming stops': async (opened) => {
    const { consumption, batches, received } = await collect(
      opened,
      ({ signal }) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
    )
    await opened.log.publish([record('told')])
    await received(1)
    expect(batches[0]?.signal.aborted).toBe(false)
    const stopped = consumption.stop()
    await until('the signal', () => batches[0]?.signal.aborted, { withinMs: opened.withinMs })
    await stopped
  },

  'delivers a batch again that was given up during the stop': async (opened) => {
    const first = await collect(opened, async ({ signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      signal.throwIfAborted()
    })
    await opened.log.publish(recordsOf('given up', 2))
    await first.received(1)
    await first.consumption.stop()
    const second = await collect(opened)
    await second.received(2)
    expect(valuesOf(second.records)).toEqual(['given up 0', 'given up 1'])
  },

  'allows a handler to send heartbeats': async (opened) => {
    let asked = 0
    await collect(opened, async ({ heartbeat }) => {
      await heartbeat()
      asked += 1
    })
    await opened.log.publish([record('mine')])
    await until('the handler', () => asked > 0, { withinMs: opened.withinMs })
  },

  'shares partitions among consumers, and moves those of a consumer that stops': async (opened) => {
    const { log, withinMs } = opened
    const [one, other] = [await collect(opened), await collect(opened)]
    // Before that, one consumer may have all partitions.
    const shared = async (): Promise<boolean> => {
      await log.publish(manyKeys(20).map((key) => record(key)))
      return one.records.length > 0 && other.records.length > 0
    }
    await until('both consumers to receive records', shared, { withinMs, everyMs: withinMs / 30 })
    await one.consumption.stop()
    const after = manyKeys(20)
    await log.publish(after.map((key) => record(key)))
    const isThere = (key: string): boolean => other.records.some((each) => each.key === key)
    await until('the other consumer to receive all records', () => after.every(isThere), { withinMs })
    expect(one.records.filter(({ key }) => after.includes(key))).toEqual([])
  },

  'stops once despite repeated calls, and does not fail': async (opened) => {
    const { consumption } = await collect(opened)
    let failures = 0
    consumption.failed.catch(() => {
      failures += 1
    })
    await Promise.all([consumption.stop(), consumption.stop()])
    await consumption.stop()
    expect(failures).toBe(0)
  },

  'stores a dead letter with its reason': async (opened) => {
    const { records, received } = await collect(opened)
    await opened.log.publish(recordsOf('poison', 2))
    await received(2)
    const [first, second] = records
    if (first === undefined || second === undefined) throw new Error('there are not two records')
    await opened.log.deadLetter(second, 'unreadable command: type')
    await opened.log.deadLetter(first, 'body.msg: invalid')
    const placeOf = ({ partition, offset }: typeof first) => ({ partition, offset })
    expect(await opened.deadLetters()).toEqual([
      { ...placeOf(second), reason: 'unreadable command: type' },
      { ...placeOf(first), reason: 'body.msg: invalid' },
    ])
  },
} as const satisfies Record<string, CommandLogPromise>
