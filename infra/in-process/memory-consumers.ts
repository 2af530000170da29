import type { Clock } from '../../shared/ports/clock.ts'
import type { BatchHandler, Consumption, LogRecord } from '../../shared/ports/command-log.ts'
import type { AcknowledgementQueue } from '../../shared/runtime/async/acknowledgement-queue.ts'
import { acknowledgementBounds, acknowledgementQueue } from '../../shared/runtime/async/acknowledgement-queue.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import { nameOf } from '../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'

/** Options of `memoryConsumers`. */
export interface MemoryConsumersOptions {
  readonly log: Log
  readonly clock: Clock
  /** Number of partitions. */
  readonly count: number
  readonly maxBatchRecords: number
  readonly retryMs: number
  readonly sizeOf: (record: LogRecord) => number
  readonly onAcknowledged: (records: readonly LogRecord[]) => void
}

/** All consumers of an in-memory log, and the records that are not acknowledged. */
export interface MemoryConsumers {
  append(record: LogRecord): void
  open(handler: BatchHandler): Consumption
  stopAll(): Promise<void>
}

interface Consumer {
  readonly handler: BatchHandler
  /** Replaced by a rewind. */
  ending: AbortController
  /** Resolves when the pause after a failure is over. */
  ready: Promise<void>
  readonly unfinished: Set<Promise<void>>
}

/** The handled batches of a partition, and the consumer that handled them. */
interface Ownership {
  readonly consumer: Consumer
  readonly queue: AcknowledgementQueue
}

interface Partition {
  readonly index: number
  /** The records that are not acknowledged. */
  readonly records: LogRecord[]
  /** Number of `records`, from the first, that are handled. */
  handled: number
  ownership: Ownership | undefined
  isBusy: boolean
}

/** Creates the partitions without consumers. */
export const memoryConsumers = (options: MemoryConsumersOptions): MemoryConsumers => {
  const { log, clock, count, maxBatchRecords, retryMs, sizeOf, onAcknowledged } = options
  const partitions = Array.from(
    { length: count },
    (_, index): Partition => ({ index, records: [], handled: 0, ownership: undefined, isBusy: false }),
  )
  const consumers: Consumer[] = []

  /** The next batch begins at the first record that is not acknowledged. */
  const release = (partition: Partition): void => {
    partition.ownership?.queue.drop()
    partition.ownership = undefined
    partition.handled = 0
  }

  const ownedBy = (consumer: Consumer): readonly Partition[] =>
    partitions.filter(({ ownership }) => ownership?.consumer === consumer)

  const rewind = (consumer: Consumer): void => {
    consumer.ending.abort()
    if (consumers.includes(consumer)) consumer.ending = new AbortController()
    for (const partition of ownedBy(consumer)) release(partition)
    workAll()
  }

  const onFailure = (partition: Partition, consumer: Consumer, error: unknown): void => {
    if (consumer.ending.signal.aborted) return release(partition)
    log.warn({ error: nameOf(error) }, 'effects of a batch failed; batches are delivered again')
    consumer.ready = pause(clock, retryMs)
    rewind(consumer)
  }

  const own = (partition: Partition, consumer: Consumer): Ownership => {
    partition.ownership ??= {
      consumer,
      queue: acknowledgementQueue({
        ...acknowledgementBounds,
        signal: consumer.ending.signal,
        onFailure: (error) => onFailure(partition, consumer, error),
      }),
    }
    return partition.ownership
  }

  const acknowledge = (partition: Partition, records: readonly LogRecord[]): void => {
    partition.records.splice(0, records.length)
    partition.handled -= records.length
    onAcknowledged(records)
  }

  const handleOnce = async (consumer: Consumer, partition: Partition): Promise<void> => {
    await consumer.ready
    const { signal } = consumer.ending
    const ownership = own(partition, consumer)
    await ownership.queue.whenNotFull()
    if (signal.aborted) return
    const batch = partition.records.slice(partition.handled, partition.handled + maxBatchRecords)
    try {
      const { done, handled } = await consumer.handler({
        partition: partition.index,
        records: batch,
        heartbeat: async () => {},
        signal,
      })
      const records = batch.slice(0, handled)
      if (partition.ownership === ownership) partition.handled += records.length
      const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
      ownership.queue.add({ bytes, done, acknowledge: () => acknowledge(partition, records) })
    } catch (error) {
      if (!signal.aborted) log.warn({ error: nameOf(error) }, 'a handler threw; its batch is delivered again')
      await pause(clock, retryMs, signal)
    }
  }

  /** A partition moves to its next consumer when the batches of the previous one are acknowledged or given up. */
  const takeOver = async (partition: Partition, { queue }: Ownership): Promise<void> => {
    await queue.whenEmpty()
    if (partition.ownership?.queue === queue) release(partition)
  }

  const work = async (partition: Partition): Promise<void> => {
    if (partition.isBusy) return
    partition.isBusy = true
    await undefined
    for (;;) {
      const consumer = consumers[partition.index % consumers.length]
      if (consumer === undefined || partition.records.length <= partition.handled) break
      const { ownership } = partition
      const isOthers = ownership !== undefined && ownership.consumer !== consumer
      const handling = isOthers ? takeOver(partition, ownership) : handleOnce(consumer, partition)
      consumer.unfinished.add(handling)
      await handling
      consumer.unfinished.delete(handling)
    }
    partition.isBusy = false
  }

  const workAll = (): void => {
    for (const partition of partitions) void work(partition)
  }

  const stop = async (consumer: Consumer): Promise<void> => {
    consumer.ending.abort()
    const place = consumers.indexOf(consumer)
    if (place >= 0) consumers.splice(place, 1)
    await Promise.all(consumer.unfinished)
    for (const partition of ownedBy(consumer)) {
      await partition.ownership?.queue.whenEmpty()
      release(partition)
    }
    workAll()
  }

  return {
    append: (record) => {
      const partition = partitions[record.partition]
      if (partition === undefined) return
      partition.records.push(record)
      void work(partition)
    },
    open: (handler) => {
      const consumer: Consumer = { handler, ending: new AbortController(), ready: Promise.resolve(), unfinished: new Set() }
      consumers.push(consumer)
      workAll()
      return {
        failed: new Promise<never>(() => {}),
        get lag() {
          return partitions.reduce((sum, { records }) => sum + records.length, 0)
        },
        rewind: async () => rewind(consumer),
        stop: () => stop(consumer),
      }
    },
    stopAll: async () => {
      await Promise.all([...consumers].map(stop))
    },
  }
}
