import type { Clock } from '../../shared/ports/clock.ts'
import type { BatchHandler, CommandLog, Consumption, LogRecord, NewRecord } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'

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

const sizeOf = ({ key, value }: NewRecord): number => key.length + value.length

const partitionOf = (key: string, count: number): number => {
  let sum = 0
  for (let index = 0; index < key.length; index += 1) sum = (sum * 31 + key.charCodeAt(index)) >>> 0
  return sum % count
}

/**
 * The command log inside one process.
 *
 * Promises:  order per key, batches that grow while a handler is busy, and a
 *            publish that waits while too much is waiting.
 * Does not:  outlive the process. A confirmation does, because it is given
 *            only for what the event store holds.
 */
export const memoryCommandLog = (options: MemoryCommandLogOptions): CommandLog => {
  const { log, clock, partitions: count = 1, maxBytes = 8 * 1024 * 1024, maxBatchRecords = 500, retryMs = 50 } = options
  const partitions = Array.from({ length: count }, (_, index): Partition => ({ index, queue: [], nextOffset: 0, isBusy: false }))
  const consumers: Consumer[] = []
  const waitingForRoom: (() => void)[] = []
  let waitingBytes = 0
  let isClosed = false

  const pause = (): Promise<void> => new Promise((resolve) => clock.after(retryMs, resolve))

  const acknowledge = (partition: Partition, records: readonly LogRecord[]): void => {
    partition.queue.splice(0, records.length)
    for (const record of records) waitingBytes -= sizeOf(record)
    while (waitingBytes <= maxBytes) {
      const next = waitingForRoom.shift()
      if (next === undefined) return
      next()
    }
  }

  const handleOnce = async (consumer: Consumer, partition: Partition, records: readonly LogRecord[]): Promise<void> => {
    const { signal } = consumer.stopping
    try {
      await consumer.handler({ partition: partition.index, records, heartbeat: async () => {}, signal })
      acknowledge(partition, records)
    } catch (error) {
      if (!signal.aborted) log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'a batch comes again')
      await pause()
    }
  }

  const work = async (partition: Partition): Promise<void> => {
    if (partition.isBusy) return
    partition.isBusy = true
    while (partition.queue.length > 0) {
      const consumer = consumers[partition.index % Math.max(1, consumers.length)]
      if (consumer === undefined) break
      const handled = handleOnce(consumer, partition, partition.queue.slice(0, maxBatchRecords))
      consumer.inHand.add(handled)
      await handled
      consumer.inHand.delete(handled)
    }
    partition.isBusy = false
  }

  const workAll = (): void => {
    for (const partition of partitions) void work(partition)
  }

  const append = ({ key, value, headers }: NewRecord): void => {
    const partition = partitions[partitionOf(key, count)]
    if (partition === undefined) return
    partition.queue.push({ key, value, headers, partition: partition.index, offset: String(partition.nextOffset) })
    partition.nextOffset += 1
    waitingBytes += key.length + value.length
  }

  return {
    publish: async (records) => {
      while (waitingBytes > maxBytes && !isClosed) await new Promise<void>((resolve) => waitingForRoom.push(resolve))
      if (isClosed) throw new PublishError('refused', 'the command log is closed')
      for (const record of records) append(record)
      workAll()
    },
    consume: async (handler): Promise<Consumption> => {
      const consumer: Consumer = { handler, stopping: new AbortController(), inHand: new Set() }
      consumers.push(consumer)
      workAll()
      return {
        failed: new Promise<never>(() => {}),
        stop: async () => {
          consumer.stopping.abort()
          const place = consumers.indexOf(consumer)
          if (place >= 0) consumers.splice(place, 1)
          await Promise.all(consumer.inHand)
          workAll()
        },
      }
    },
    bury: async ({ partition, offset }, reason) => log.error({ partition, offset, reason }, 'a command was set aside'),
    close: async () => {
      isClosed = true
      for (const go of waitingForRoom.splice(0)) go()
    },
  }
}
