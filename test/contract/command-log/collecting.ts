import { randomUUID } from 'node:crypto'
import type {
  BatchHandler,
  Consumption,
  HandledBatch,
  LogRecord,
  NewRecord,
  RecordBatch,
} from '../../../shared/ports/command-log.ts'
import { until } from '../../support/poll.ts'
import type { OpenCommandLog } from './open-command-log.ts'

export const record = (key: string, value: string = randomUUID()): NewRecord => ({ key, value, headers: {} })

export const recordsOf = (key: string, count: number): readonly NewRecord[] =>
  Array.from({ length: count }, (_, index) => record(key, `${key} ${index}`))

export const valuesOf = (records: readonly Pick<NewRecord, 'value'>[]): readonly string[] => records.map(({ value }) => value)

/** Distinct keys, enough to cover every partition with high probability. */
export const manyKeys = (count: number): readonly string[] => Array.from({ length: count }, () => randomUUID())

/** A handler for tests: unless it returns a `HandledBatch`, the batch is done when the handler resolves. */
export type TestHandler = (batch: RecordBatch) => Promise<unknown>

const isHandledBatch = (value: unknown): value is HandledBatch => typeof value === 'object' && value !== null && 'done' in value

export const batchHandler =
  (handle: TestHandler): BatchHandler =>
  async (batch) => {
    const handled = await handle(batch)
    return isHandledBatch(handled) ? handled : { done: Promise.resolve() }
  }

/** A consumer that collects its records. */
export interface Collecting {
  readonly batches: readonly RecordBatch[]
  /** The records of all batches whose handling has begun. */
  readonly records: readonly LogRecord[]
  readonly consumption: Consumption
  /** Resolves when this many records have been delivered. */
  received(count: number): Promise<void>
}

/** `handler` runs after the batch was collected. */
export const collect = async ({ log, withinMs }: OpenCommandLog, handler: TestHandler = async () => {}): Promise<Collecting> => {
  const batches: RecordBatch[] = []
  const records: LogRecord[] = []
  const consumption = await log.consume(
    batchHandler((batch) => {
      batches.push(batch)
      records.push(...batch.records)
      return handler(batch)
    }),
  )
  return {
    batches,
    records,
    consumption,
    received: async (count) => {
      await until(`${count} records`, () => records.length >= count, { withinMs })
    },
  }
}

/** A handler that waits in its first batch until it is released. */
export const holding = () => {
  const held = Promise.withResolvers<RecordBatch>()
  const go = Promise.withResolvers<void>()
  let isFirst = true
  const handler: TestHandler = async (batch) => {
    if (!isFirst) return
    isFirst = false
    held.resolve(batch)
    await go.promise
  }
  return { handler, held: held.promise, go: go.resolve }
}
