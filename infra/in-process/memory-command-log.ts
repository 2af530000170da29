import type { Clock } from '../../shared/ports/clock.ts'
import type { BatchHandler, CommandLog, Consumption, LogRecord, NewRecord } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'
import { pause } from '../../shared/runtime/pause.ts'

/** Where this adapter says what happens to it: fixed text plus fields, never content. pino's logger is one. */
export interface CommandLogLog {
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

export interface MemoryCommandLogOptions {
  readonly log: CommandLogLog
  readonly clock: Clock
  readonly partitions?: number
  /** A publish waits while more than this waits to be handled. */
  readonly maxBytes?: number
  readonly maxBatchRecords?: number
  /** Before a batch whose handler threw is delivered again. */
  readonly retryMs?: number
}

interface Partition {
  readonly index: number
  readonly queue: LogRecord[]
  nextOffset: number
  isBusy: boolean
}

interface Consumer {
  readonly handler: BatchHandler
  readonly stopping: AbortController
  readonly inHand: Set<Promise<void>>
}

interface WaitingPublish {
  readonly records: readonly NewRecord[]
  readonly resolve: () => void
  readonly reject: (error: PublishError) => void
}

const sizeOf = ({ key, value }: NewRecord): number => key.length + value.length

const partitionOf = (key: string, count: number): number => {
  let sum = 0
  for (let index = 0; index < key.length; index += 1) sum = (sum * 31 + key.charCodeAt(index)) >>> 0
  return sum % count
}

const closed = (): PublishError => new PublishError('refused', 'the command log is closed')

/**
 * The command log inside one process.
 *
 * Promises:  order per key, batches that grow while a handler is busy, and
 *            a publish that waits while too much is waiting. No handler is
 *            called inside `publish`.
 * Does not:  outlive the process. A confirmation does, because it is given
 *            only for what the event store holds.
 */
export const memoryCommandLog = (options: MemoryCommandLogOptions): CommandLog => {
  const { log, clock, partitions: count = 1, maxBytes = 8 * 1024 * 1024, maxBatchRecords = 500, retryMs = 50 } = options
  const partitions = Array.from({ length: count }, (_, index): Partition => ({ index, queue: [], nextOffset: 0, isBusy: false }))
  const consumers: Consumer[] = []
  const publishes: WaitingPublish[] = []
  let queuedBytes = 0
  let isClosed = false

  const append = (record: NewRecord): void => {
    const partition = partitions[partitionOf(record.key, count)]
    if (partition === undefined) return
    partition.queue.push({ ...record, partition: partition.index, offset: String(partition.nextOffset) })
    partition.nextOffset += 1
    queuedBytes += sizeOf(record)
  }

  /** In the order they came, while there is room. */
  const admit = (): void => {
    for (let next = publishes[0]; next !== undefined && queuedBytes <= maxBytes; next = publishes[0]) {
      publishes.shift()
      for (const record of next.records) append(record)
      next.resolve()
    }
    workAll()
  }

  const acknowledge = (partition: Partition, records: readonly LogRecord[]): void => {
    partition.queue.splice(0, records.length)
    for (const record of records) queuedBytes -= sizeOf(record)
    admit()
  }

  const handleOnce = async ({ handler, stopping: { signal } }: Consumer, partition: Partition): Promise<void> => {
    const records = partition.queue.slice(0, maxBatchRecords)
    try {
      await handler({ partition: partition.index, records, heartbeat: async () => {}, signal })
      acknowledge(partition, records)
    } catch (error) {
      if (!signal.aborted) log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'a batch comes again')
      await pause(clock, retryMs, signal)
    }
  }

  const work = async (partition: Partition): Promise<void> => {
    if (partition.isBusy) return
    partition.isBusy = true
    await undefined
    for (;;) {
      const consumer = consumers[partition.index % consumers.length]
      if (consumer === undefined || partition.queue.length === 0) break
      const handling = handleOnce(consumer, partition)
      consumer.inHand.add(handling)
      await handling
      consumer.inHand.delete(handling)
    }
    partition.isBusy = false
  }

  const workAll = (): void => {
    for (const partition of partitions) void work(partition)
  }

  const stop = async (consumer: Consumer): Promise<void> => {
    consumer.stopping.abort()
    const place = consumers.indexOf(consumer)
    if (place >= 0) consumers.splice(place, 1)
    await Promise.all(consumer.inHand)
    workAll()
  }

  return {
    publish: (records) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed())
        publishes.push({ records, resolve, reject })
        admit()
      }),
    consume: async (handler): Promise<Consumption> => {
      if (isClosed) throw closed()
      const consumer: Consumer = { handler, stopping: new AbortController(), inHand: new Set() }
      consumers.push(consumer)
      workAll()
      return {
        failed: new Promise<never>(() => {}),
        get lag() {
          return partitions.reduce((sum, { queue }) => sum + queue.length, 0)
        },
        stop: () => stop(consumer),
      }
    },
    bury: async ({ partition, offset }, reason) => log.error({ partition, offset, reason }, 'a command was set aside'),
    close: async () => {
      isClosed = true
      for (const { reject } of publishes.splice(0)) reject(closed())
      await Promise.all([...consumers].map(stop))
    },
  }
}
