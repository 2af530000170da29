import { expect } from 'vitest'
import type { HandledBatch, RecordBatch } from '../../../shared/ports/command-log.ts'
import { until } from '../../support/poll.ts'
import { collect, manyKeys, record, recordsOf, valuesOf } from './collecting.ts'
import type { CommandLogPromise, OpenCommandLog } from './open-command-log.ts'

/** The test decides when, and how, the effects of each batch end. */
const openEffects = () => {
  const effects: PromiseWithResolvers<void>[] = []
  const handler = async ({ signal }: RecordBatch): Promise<HandledBatch> => {
    const effect = Promise.withResolvers<void>()
    effects.push(effect)
    signal.addEventListener('abort', () => effect.reject(signal.reason))
    return { done: effect.promise }
  }
  return { effects, handler }
}

/** Publishes each record when the previous one has been delivered, so that each forms a batch of its own. */
const inBatches = async (
  { log }: OpenCommandLog,
  key: string,
  count: number,
  received: (count: number) => Promise<void>,
): Promise<void> => {
  for (const [index, each] of recordsOf(key, count).entries()) {
    await log.publish([each])
    await received(index + 1)
  }
}

export const overlappingPromises = {
  'delivers the next batch of a partition while effects of the previous one are pending': async (opened) => {
    const { effects, handler } = openEffects()
    const { batches, received } = await collect(opened, handler)
    await inBatches(opened, 'overlapping', 3, received)
    expect(batches).toHaveLength(3)
    for (const { resolve } of effects) resolve()
  },

  'waits for all pending effects when it stops, and acknowledges their batches': async (opened) => {
    const effects: (() => void)[] = []
    const first = await collect(opened, async () => ({ done: new Promise<void>((resolve) => effects.push(resolve)) }))
    await inBatches(opened, 'ending', 2, first.received)
    let hasStopped = false
    const stopped = first.consumption.stop().then(() => {
      hasStopped = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(hasStopped).toBe(false)
    for (const end of effects) end()
    await stopped
    const second = await collect(opened)
    await opened.log.publish([record('ending', 'last')])
    await second.received(1)
    expect(valuesOf(second.records)).toEqual(['last'])
  },

  'acknowledges only the batches before the first with pending effects': async (opened) => {
    const { effects, handler } = openEffects()
    const first = await collect(opened, handler)
    await inBatches(opened, 'prefix', 4, first.received)
    for (const index of [3, 2, 0]) effects[index]?.resolve()
    await first.consumption.stop()
    const second = await collect(opened)
    await second.received(3)
    expect(valuesOf(second.records)).toEqual(['prefix 1', 'prefix 2', 'prefix 3'])
  },

  'delivers batches again from the first whose effects failed': async (opened) => {
    const { effects, handler } = openEffects()
    const { records, received } = await collect(opened, handler)
    await inBatches(opened, 'failed', 3, received)
    effects[0]?.resolve()
    effects[1]?.reject(new Error('the test gives it up'))
    await until('the last record to be delivered again', () => records.slice(3).at(-1)?.value === 'failed 2', {
      withinMs: opened.withinMs,
    })
    // The acknowledged batch before them may come again; these two must.
    expect(valuesOf(records.slice(-2))).toEqual(['failed 1', 'failed 2'])
  },

  'delivers all records that are not acknowledged again after a rewind, in order': async (opened) => {
    const { withinMs, log } = opened
    const { effects, handler } = openEffects()
    const { records, consumption, received } = await collect(opened, handler)
    await inBatches(opened, 'rewound', 3, received)
    effects[0]?.resolve()
    await until('the acknowledgement', () => consumption.lag === 2, { withinMs })
    const others = manyKeys(10).map((key) => record(key))
    await log.publish(others)
    await received(13)
    await consumption.rewind()
    const own = () => records.slice(13).filter(({ key }) => key === 'rewound')
    const isAgain = ({ key }: (typeof others)[number]) => records.slice(13).some((each) => each.key === key)
    await until('all records to be delivered again', () => own().at(-1)?.value === 'rewound 2' && others.every(isAgain), {
      withinMs,
    })
    // Acknowledged records may be delivered again; others must be.
    expect(valuesOf(own()).slice(-2)).toEqual(['rewound 1', 'rewound 2'])
  },

  'never acknowledges a batch that was given up by a rewind': async (opened) => {
    const effects: (() => void)[] = []
    const isOld = () => effects.length < 2
    const first = await collect(opened, async ({ signal }) => {
      if (isOld()) return { done: new Promise<void>((resolve) => effects.push(resolve)) }
      return { done: new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))) }
    })
    await inBatches(opened, 'given up', 2, first.received)
    await first.consumption.rewind()
    for (const end of effects) end()
    await first.received(4)
    await first.consumption.stop()
    const second = await collect(opened)
    await second.received(2)
    expect(valuesOf(second.records)).toEqual(['given up 0', 'given up 1'])
  },

  'allows a handler to rewind, which aborts its batch': async (opened) => {
    const aborted: boolean[] = []
    const { records, consumption, received } = await collect(opened, async ({ signal }) => {
      if (aborted.length > 0) return
      await consumption.rewind()
      aborted.push(signal.aborted)
    })
    await opened.log.publish(recordsOf('inside', 1))
    await received(2)
    expect(aborted).toEqual([true])
    expect(valuesOf(records)).toEqual(['inside 0', 'inside 0'])
  },
} as const satisfies Record<string, CommandLogPromise>
