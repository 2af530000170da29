import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, LogRecord, NewRecord } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { memoryConsumers } from './memory-consumers.ts'

/** Options of the in-memory command log. */
export interface MemoryCommandLogOptions {
  readonly log: Log
  readonly clock: Clock
  readonly partitions?: number
  /** A publish waits while more bytes than this are not acknowledged. */
  readonly maxBytes?: number
  readonly maxBatchRecords?: number
  /** Pause before a batch is delivered again after a failure. */
  readonly retryMs?: number
}

interface WaitingPublish {
  readonly records: readonly NewRecord[]
  readonly resolve: () => void
  readonly reject: (error: PublishError) => void
}

const sizeOf = ({ key, value }: NewRecord): number => key.length + value.length

const partitionFor = (key: string, count: number): number => {
  let sum = 0
  for (let index = 0; index < key.length; index += 1) sum = (sum * 31 + key.charCodeAt(index)) >>> 0
  return sum % count
}

const closed = (): PublishError => new PublishError('refused', 'the command log is closed')

/**
 * The command log inside one process.
 *
 * Promises:  order per key; batches grow while a handler is busy; a publish
 *            waits while too many bytes are not acknowledged. `publish` does not
 *            call a handler.
 * Does not:  survive the process. Confirmed messages do, because they are in the
 *            event store.
 */
export const memoryCommandLog = (options: MemoryCommandLogOptions): CommandLog => {
  const { log, clock, partitions: count = 1, maxBytes = 8 * 1024 * 1024, maxBatchRecords = 500, retryMs = 50 } = options
  const publishes: WaitingPublish[] = []
  const nextOffsets = new Array<number>(count).fill(0)
  let queuedBytes = 0
  let isClosed = false

  const onAcknowledged = (records: readonly LogRecord[]): void => {
    for (const record of records) queuedBytes -= sizeOf(record)
    admit()
  }
  const consumers = memoryConsumers({ log, clock, count, maxBatchRecords, retryMs, sizeOf, onAcknowledged })

  const append = (record: NewRecord): void => {
    const partition = partitionFor(record.key, count)
    const offset = nextOffsets[partition] ?? 0
    nextOffsets[partition] = offset + 1
    queuedBytes += sizeOf(record)
    consumers.append({ ...record, partition, offset: String(offset) })
  }

  /** Admits waiting publishes in order, up to the limit of bytes. */
  const admit = (): void => {
    for (let next = publishes[0]; next !== undefined && queuedBytes <= maxBytes; next = publishes[0]) {
      publishes.shift()
      for (const record of next.records) append(record)
      next.resolve()
    }
  }

  return {
    publish: (records) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed())
        publishes.push({ records, resolve, reject })
        admit()
      }),
    consume: async (handler) => {
      if (isClosed) throw closed()
      return consumers.open(handler)
    },
    deadLetter: async ({ partition, offset }, reason) =>
      log.error({ partition, offset, reason }, 'a command cannot be processed'),
    close: async () => {
      isClosed = true
      for (const { reject } of publishes.splice(0)) reject(closed())
      await consumers.stopAll()
    },
  }
}
