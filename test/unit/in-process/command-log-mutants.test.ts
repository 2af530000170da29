import { describe, expect, it } from 'vitest'
import type { BatchHandler, CommandLog, Consumption, NewRecord } from '../../../shared/ports/command-log.ts'
import { batchHandler } from '../../contract/command-log/collecting.ts'
import { openMemoryCommandLog } from '../../contract/command-log/open-memory-command-log.ts'
import { commandLogPromises } from '../../contract/command-log/suite.ts'

type Mutant = (log: CommandLog) => Partial<CommandLog>

/** Changes the published records. */
const publishing =
  (change: (records: readonly NewRecord[]) => readonly NewRecord[]): Mutant =>
  (log) => ({ publish: (records) => log.publish(change(records)) })

/** Changes the handler. */
const handling =
  (change: (handler: BatchHandler) => BatchHandler): Mutant =>
  (log) => ({ consume: (handler) => log.consume(change(handler)) })

/** Changes the returned consumption. */
const consuming =
  (change: (consumption: Consumption) => Partial<Consumption>): Mutant =>
  (log) => ({
    consume: async (handler) => {
      const consumption = await log.consume(handler)
      return { ...consumption, ...change(consumption) }
    },
  })

const inPieces = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    for (const record of batch.records) await handler({ ...batch, records: [record] })
  })

/** Counts an error of the handler as success. */
const swallowing = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    await handler(batch).catch(() => {})
  })

/** Does not wait for the effects. */
const alwaysDone = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    const { done } = await handler(batch)
    done.catch(() => {})
  })

/** Counts a partly handled batch as handled completely. */
const takingPartsForAll = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    const { done } = await handler(batch)
    return { done }
  })

/** Delivers the next batch only when the effects of this one have ended. */
const oneByOne = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    const { done } = await handler(batch)
    await done
  })

/** Consumes nothing. */
const nothing: Consumption = {
  stop: async () => {},
  rewind: async () => {},
  failed: new Promise<never>(() => {}),
  lag: 0,
}

const dropsEarlyRecords: Mutant = (log) => {
  let isConsumed = false
  return {
    publish: async (records) => {
      if (isConsumed) await log.publish(records)
    },
    consume: (handler) => {
      isConsumed = true
      return log.consume(handler)
    },
  }
}

const onlyTheFirstConsumes: Mutant = (log) => {
  let consumers = 0
  return {
    consume: (handler) => {
      consumers += 1
      return consumers === 1 ? log.consume(handler) : Promise.resolve(nothing)
    },
  }
}

/** For each promise, adapters that break it in different ways. */
const mutants: { readonly [Promise in keyof typeof commandLogPromises]: readonly Mutant[] } = {
  'delivers key, value and headers as they were published': [
    publishing((records) => records.map((record) => ({ ...record, headers: {} }))),
    publishing((records) => records.map((record) => ({ ...record, value: record.value.normalize('NFD') }))),
    publishing((records) => records.filter(({ value }) => value !== '')),
  ],
  'delivers the records of a key in the order published, all in one partition': [
    publishing((records) => records.toReversed()),
    publishing((records) => records.map((record, index) => ({ ...record, key: `${record.key}${index % 2}` }))),
  ],
  'delivers batches of one partition each, never empty, in the order of its offsets': [
    handling((handler) => (batch) => handler({ ...batch, partition: batch.partition + 1 })),
    handling((handler) => (batch) => handler({ ...batch, records: batch.records.toReversed() })),
    handling((handler) => async (batch) => {
      await handler(batch)
      return handler({ ...batch, records: [] })
    }),
  ],
  'delivers records that were published before consuming began': [dropsEarlyRecords],
  'collects records that arrive while a handler is busy into larger batches': [handling(inPieces)],
  'delivers a partition to one handler at a time': [
    handling((handler) =>
      batchHandler(async (batch) => {
        await Promise.all([handler(batch), handler(batch)])
      }),
    ),
  ],
  'accepts a publish of several megabytes completely and in order': [
    publishing((records) => records.slice(0, 500)),
    publishing((records) => [...records.slice(300), ...records.slice(0, 300)]),
  ],
  'accepts a publish without records': [
    (log) => ({
      publish: async (records) => (records.length === 0 ? Promise.reject(new Error('nothing')) : log.publish(records)),
    }),
  ],
  'refuses publishes and consumers after it was closed': [
    () => ({ close: async () => {} }),
    () => ({ publish: async () => {} }),
    () => ({ consume: async () => nothing }),
  ],
  'delivers the rest of a partly handled batch in order and once': [handling(takingPartsForAll)],
  'delivers a batch again after each error of its handler, before any later record': [
    handling(swallowing),
    handling((handler) => {
      let throws = 0
      return batchHandler(async (batch) => {
        if (throws < 5)
          await handler(batch).catch((error: unknown) => {
            throws += 1
            throw error
          })
      })
    }),
  ],
  'waits for a delivered batch when it stops, acknowledges it and delivers no further one': [
    consuming(() => ({ stop: async () => {} })),
    handling((handler) =>
      batchHandler(async (batch) => {
        await handler(batch)
        batch.signal.throwIfAborted()
      }),
    ),
  ],
  'does not stop before the delivered batch is done': [
    consuming(({ stop }) => ({
      stop: async () => void stop(),
    })),
  ],
  'aborts the signal of a delivered batch when consuming stops': [
    handling((handler) => (batch) => handler({ ...batch, signal: new AbortController().signal })),
    handling((handler) => (batch) => handler({ ...batch, signal: AbortSignal.abort() })),
  ],
  'delivers a batch again that was given up during the stop': [handling(swallowing)],
  'delivers the next batch of a partition while effects of the previous one are pending': [handling(oneByOne)],
  'waits for all pending effects when it stops, and acknowledges their batches': [
    handling(alwaysDone),
    consuming(() => ({ stop: async () => {} })),
  ],
  'acknowledges only the batches before the first with pending effects': [handling(alwaysDone)],
  'delivers batches again from the first whose effects failed': [handling(alwaysDone)],
  'delivers all records that are not acknowledged again after a rewind, in order': [
    consuming(() => ({ rewind: async () => {} })),
    handling(alwaysDone),
  ],
  'never acknowledges a batch that was given up by a rewind': [handling(alwaysDone)],
  'allows a handler to rewind, which aborts its batch': [
    consuming(() => ({ rewind: async () => {} })),
    consuming(() => ({ rewind: () => new Promise(() => {}) })),
    handling((handler) => (batch) => handler({ ...batch, signal: new AbortController().signal })),
  ],
  'allows a handler to send heartbeats': [
    handling((handler) => (batch) => handler({ ...batch, heartbeat: () => Promise.reject(new Error('not yours')) })),
  ],
  'shares partitions among consumers, and moves those of a consumer that stops': [
    onlyTheFirstConsumes,
    consuming(() => ({ stop: async () => {} })),
  ],
  'stops once despite repeated calls, and does not fail': [
    consuming(() => {
      let stops = 0
      return {
        stop: async () => {
          stops += 1
          if (stops > 1) throw new Error('stopped already')
        },
      }
    }),
    consuming(() => ({ failed: Promise.reject(new Error('failed')) })),
  ],
  'stores a dead letter with its reason': [
    () => ({ deadLetter: async () => {} }),
    (log) => ({ deadLetter: (record) => log.deadLetter(record, 'poison') }),
  ],
}

const cases = Object.entries(mutants).flatMap(([name, ways]) => ways.map((mutant, index) => ({ name, way: index + 1, mutant })))

describe('the contract of the CommandLog', () => {
  it.each(cases)('detects an adapter that breaks the promise: $name ($way)', async ({ name, mutant }) => {
    // Not disposed of, because the disposal of a broken adapter may never end.
    const opened = await openMemoryCommandLog()
    const log = { ...opened.log, ...mutant(opened.log) }
    const keeps = commandLogPromises[name as keyof typeof commandLogPromises]
    await expect(keeps({ ...opened, log, withinMs: 150 })).rejects.toThrow()
  })
})
