import { expect } from 'vitest'
import { until } from '../../support/poll.ts'
import { batchHandler, collect, holding, manyKeys, record, recordsOf, valuesOf } from './collecting.ts'
import type { CommandLogPromise } from './open-command-log.ts'

export const deliveringPromises = {
  'delivers key, value and headers as they were published': async (opened) => {
    const published = [
      { key: 'ann', value: '{"msg":"é 😀 \\u0000 \u2028"}', headers: { command: 'a-1', reply: 'gateway é' } },
      { key: 'ann', value: '', headers: {} },
    ]
    await opened.log.publish(published)
    const { records, received } = await collect(opened)
    await received(2)
    expect(records.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(published)
  },

  'delivers the records of a key in the order published, all in one partition': async (opened) => {
    const keys = manyKeys(5)
    for (let round = 0; round < 4; round += 1) {
      await opened.log.publish(keys.flatMap((key) => [record(key, `${round}a`), record(key, `${round}b`)]))
    }
    const { records, received } = await collect(opened)
    await received(40)
    for (const key of keys) {
      const own = records.filter((each) => each.key === key)
      expect(valuesOf(own)).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', '3a', '3b'])
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1)
    }
  },

  'delivers batches of one partition each, never empty, in the order of its offsets': async (opened) => {
    const { batches, received } = await collect(opened)
    for (let round = 0; round < 3; round += 1) await opened.log.publish(manyKeys(20).map((key) => record(key)))
    await received(60)
    const places = new Map<number, bigint>()
    for (const { partition, records } of batches) {
      expect(records.length).toBeGreaterThan(0)
      for (const each of records) {
        expect(each.partition).toBe(partition)
        expect(BigInt(each.offset)).toBeGreaterThan(places.get(partition) ?? -1n)
        places.set(partition, BigInt(each.offset))
      }
    }
  },

  'delivers records that were published before consuming began': async (opened) => {
    await opened.log.publish(recordsOf('early', 3))
    const { records, received } = await collect(opened)
    await received(3)
    expect(valuesOf(records)).toEqual(['early 0', 'early 1', 'early 2'])
  },

  'collects records that arrive while a handler is busy into larger batches': async (opened) => {
    const { handler, held, go } = holding()
    const { batches, received } = await collect(opened, handler)
    await opened.log.publish([record('busy')])
    await held
    for (const each of recordsOf('busy', 40)) await opened.log.publish([each])
    go()
    await received(41)
    expect(batches.length).toBeLessThan(20)
  },

  'delivers a partition to one handler at a time': async (opened) => {
    const busy = new Set<number>()
    let clashes = 0
    const work = async (partition: number): Promise<void> => {
      if (busy.has(partition)) clashes += 1
      busy.add(partition)
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      busy.delete(partition)
    }
    const one = await collect(opened, ({ partition }) => work(partition))
    const other = await collect(opened, ({ partition }) => work(partition))
    const keys = manyKeys(10)
    for (let round = 0; round < 20; round += 1) await opened.log.publish(keys.map((key) => record(key)))
    const { withinMs } = opened
    await until('all records', () => one.records.length + other.records.length >= 200, { withinMs })
    expect(clashes).toBe(0)
  },

  'accepts a publish of several megabytes completely and in order': async (opened) => {
    const large = recordsOf('large', 600).map((each) => ({ ...each, value: each.value.padEnd(8_000, '.') }))
    await opened.log.publish(large)
    const { records, received } = await collect(opened)
    await received(600)
    expect(valuesOf(records)).toEqual(valuesOf(large))
  },

  'accepts a publish without records': async ({ log }) => {
    await expect(log.publish([])).resolves.toBeUndefined()
  },

  'refuses publishes and consumers after it was closed': async ({ log }) => {
    await log.close()
    await expect(log.consume(batchHandler(async () => {}))).rejects.toThrow('closed')
    await expect(log.publish([record('late')])).rejects.toMatchObject({ name: 'PublishError', kind: 'refused' })
  },
} as const satisfies Record<string, CommandLogPromise>
