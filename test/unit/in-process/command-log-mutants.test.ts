import { describe, expect, it } from 'vitest'
import type { BatchHandler, CommandLog, Consumption, NewRecord } from '../../../shared/ports/command-log.ts'
import { batchHandler } from '../../contract/command-log/collecting.ts'
import { openMemoryCommandLog } from '../../contract/command-log/open-memory-command-log.ts'
import { commandLogPromises } from '../../contract/command-log/suite.ts'

type Mutant = (log: CommandLog) => Partial<CommandLog>

/** Something is done to what is published. */
const publishing =
  (change: (records: readonly NewRecord[]) => readonly NewRecord[]): Mutant =>
  (log) => ({ publish: (records) => log.publish(change(records)) })

/** Something is done to the handler. */
const handling =
  (change: (handler: BatchHandler) => BatchHandler): Mutant =>
  (log) => ({ consume: (handler) => log.consume(change(handler)) })

/** Something is done to what consuming gives back. */
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

/** An error of the handler counts as success. */
const swallowing = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    await handler(batch).catch(() => {})
  })

/** The end of the effects is not waited for. */
const alwaysDone = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    const { done } = await handler(batch)
    done.catch(() => {})
  })

/** A part of a batch counts as all of it. */
const takingPartsForAll = (handler: BatchHandler) =>
  batchHandler(async (batch) => {
    const { done } = await handler(batch)
    return { done }
  })

/** The next batch is held back until the effects of this one have ended. */
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

const forgettingWhatIsEarly: Mutant = (log) => {
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

/** A promise may be broken in more ways than one. */
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
  'delivers what was published before anybody consumed': [forgettingWhatIsEarly],
  'gathers what comes while a handler is busy into larger batches': [handling(inPieces)],
  'hands a partition to one handler at a time': [
    handling((handler) =>
      batchHandler(async (batch) => {
        await Promise.all([handler(batch), handler(batch)])
      }),
    ),
  ],
  'takes a publish of several megabytes whole, and in order': [
    publishing((records) => records.slice(0, 500)),
    publishing((records) => [...records.slice(300), ...records.slice(0, 300)]),
  ],
  'takes a publish of nothing': [
    (log) => ({
      publish: async (records) => (records.length === 0 ? Promise.reject(new Error('nothing')) : log.publish(records)),
    }),
  ],
  'refuses publishes and consumers once it is closed': [
    () => ({ close: async () => {} }),
    () => ({ publish: async () => {} }),
    () => ({ consume: async () => nothing }),
  ],
  'delivers the rest of a batch of which a part was handled, in order and once': [handling(takingPartsForAll)],
  'delivers a batch again whose handler threw, as often as it does, before anything behind it': [
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
  'lets a batch in hand finish when it stops, acknowledges it and takes no further one': [
    consuming(() => ({ stop: async () => {} })),
    handling((handler) =>
      batchHandler(async (batch) => {
        await handler(batch)
        batch.signal.throwIfAborted()
      }),
    ),
  ],
  'does not stop before the batch in hand is done': [
    consuming(({ stop }) => ({
      stop: async () => void stop(),
    })),
  ],
  'tells a batch in hand that consuming stops': [
    handling((handler) => (batch) => handler({ ...batch, signal: new AbortController().signal })),
    handling((handler) => (batch) => handler({ ...batch, signal: AbortSignal.abort() })),
  ],
  'delivers a batch again that was given up when it stopped': [handling(swallowing)],
  'delivers the next batch of a partition while effects of the one before are unfinished': [handling(oneByOne)],
  'waits at a stop until all effects have ended, and acknowledges their batches': [
    handling(alwaysDone),
    consuming(() => ({ stop: async () => {} })),
  ],
  'acknowledges only the batches before the first whose effects did not end': [handling(alwaysDone)],
  'delivers batches again from the first whose effects failed': [handling(alwaysDone)],
  'delivers again, after a rewind, everything that is not acknowledged, and in order': [
    consuming(() => ({ rewind: async () => {} })),
    handling(alwaysDone),
  ],
  'never acknowledges a batch that was given up by a rewind': [handling(alwaysDone)],
  'lets a handler rewind, and aborts its batch': [
    consuming(() => ({ rewind: async () => {} })),
    consuming(() => ({ rewind: () => new Promise(() => {}) })),
    handling((handler) => (batch) => handler({ ...batch, signal: new AbortController().signal })),
  ],
  'lets a handler ask whether its partition is still its own': [
    handling((handler) => (batch) => handler({ ...batch, heartbeat: () => Promise.reject(new Error('not yours')) })),
  ],
  'shares partitions among consumers, and hands over those of one that stops': [
    onlyTheFirstConsumes,
    consuming(() => ({ stop: async () => {} })),
  ],
  'stops once however often it is asked to, and does not fail': [
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
  'sets a record aside with its reason': [
    () => ({ deadLetter: async () => {} }),
    (log) => ({ deadLetter: (record) => log.deadLetter(record, 'poison') }),
  ],
}

const cases = Object.entries(mutants).flatMap(([name, ways]) => ways.map((mutant, index) => ({ name, way: index + 1, mutant })))

describe('the contract of the CommandLog', () => {
  it.each(cases)('notices it when an adapter breaks: $name ($way)', async ({ name, mutant }) => {
    // Not disposed of: a broken one need not end.
    const opened = await openMemoryCommandLog()
    const log = { ...opened.log, ...mutant(opened.log) }
    const keeps = commandLogPromises[name as keyof typeof commandLogPromises]
    await expect(keeps({ ...opened, log, withinMs: 150 })).rejects.toThrow()
  })
})
