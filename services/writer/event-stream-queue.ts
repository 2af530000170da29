import type { Clock, Timer } from '../../shared/ports/clock.ts'
import type { EventStream, StreamRecord } from '../../shared/ports/event-stream.ts'
import { backOff } from '../../shared/runtime/async/back-off.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import { nameOf } from '../../shared/runtime/observability/error-text.ts'
import type { PartitionLease } from './backoff.ts'
import type { WriterMetrics } from './metrics.ts'
import type { StalledPartitions } from './stalled-partitions.ts'
import { ConnectionLostError } from './store-errors.ts'
import type { WriterLog } from './writer-log.ts'

/**
 * Publishes events to the event stream after the commit: the records of several
 * batches together, while the next batches are decided.
 *
 * Promises:  publishes in the order added, with one publish in flight, which is
 *            retried until it succeeds; later records never overtake it.
 *            Records wait at most `EVENT_STREAM_LINGER_MS`, and less when the
 *            queued bytes reach the bound.
 * Does not:  limit the size of the queue: the command log limits the number of
 *            batches that are handled but not done.
 */
export interface EventStreamQueue {
  /**
   * Resolves when these records are published. Rejects when they are abandoned:
   * by `drop`, or because an attempt failed after the signal of their batch was
   * aborted; then all later records of that signal are abandoned too.
   */
  add(records: readonly StreamRecord[], lease: Pick<PartitionLease, 'partition' | 'signal'>): Promise<void>
  /** Abandons all records. A publish in flight is not retried, and ends before another begins. */
  drop(): void
}

/** The port, settings and observers of an event stream queue. */
export interface EventStreamQueueDeps {
  readonly eventStream: EventStream
  readonly clock: Clock
  readonly times: Pick<Times, 'eventStreamLingerMs' | 'retryFirstMs' | 'retryMostMs'>
  readonly bounds: Pick<Bounds, 'eventStreamBytes'>
  readonly stalledPartitions: StalledPartitions
  readonly metrics: Pick<WriterMetrics, 'onRetry'>
  readonly log: WriterLog
}

interface QueuedBatch {
  readonly records: readonly StreamRecord[]
  readonly bytes: number
  readonly lease: Pick<PartitionLease, 'partition' | 'signal'>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  isAbandoned: boolean
}

const bytesOf = (records: readonly StreamRecord[]): number =>
  records.reduce((sum, { key, value }) => sum + key.length + value.length, 0)

export const createEventStreamQueue = (deps: EventStreamQueueDeps): EventStreamQueue => {
  const { eventStream, clock, times, bounds, stalledPartitions, metrics, log } = deps
  let queue: QueuedBatch[] = []
  let queuedBytes = 0
  let inFlight: readonly QueuedBatch[] = []
  let isFlushing = false
  /** The first entry of the queue has waited for the linger time. */
  let isDue = false
  let lingering: Timer | undefined
  const abandonedSignals = new WeakSet<AbortSignal>()

  const abandon = (entry: QueuedBatch, reason: unknown): void => {
    entry.isAbandoned = true
    entry.reject(reason)
  }

  /** Abandons all records of the same partition assignment: published without the abandoned ones, they would be out of order. */
  const abandonAllOf = (signal: AbortSignal): void => {
    abandonedSignals.add(signal)
    for (const entry of [...inFlight, ...queue])
      if (entry.lease.signal === signal && !entry.isAbandoned) abandon(entry, signal.reason)
  }

  /** Removes the first entry and as many after it as the byte bound allows. */
  const take = (): readonly QueuedBatch[] => {
    let bytes = 0
    const end = queue.findIndex((entry, index) => {
      bytes += entry.bytes
      return index > 0 && bytes > bounds.eventStreamBytes
    })
    const taken = end < 0 ? queue : queue.slice(0, end)
    queue = queue.slice(taken.length)
    queuedBytes -= taken.reduce((sum, entry) => sum + entry.bytes, 0)
    return taken
  }

  const onFailure = async (entries: readonly QueuedBatch[], failures: number, error: unknown): Promise<void> => {
    metrics.onRetry('event-stream')
    for (const { lease } of entries) stalledPartitions.report('eventStream', lease.partition)
    if (failures === 1) log.warn({ reason: nameOf(error) }, 'event stream unavailable, retrying')
    await backOff({ clock, times }, failures)
    for (const { lease } of entries) if (lease.signal.aborted) abandonAllOf(lease.signal)
  }

  /** Publishes the entries in flight until it succeeds, or until all of them are abandoned. */
  const publish = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      const entries = inFlight.filter(({ isAbandoned }) => !isAbandoned)
      if (entries.length === 0) return
      try {
        await eventStream.publish(entries.flatMap(({ records }) => records))
        for (const { resolve } of entries) resolve()
        return
      } catch (error) {
        await onFailure(entries, failures, error)
      }
    }
  }

  const flush = async (): Promise<void> => {
    if (isFlushing || queue.length === 0) return
    isFlushing = true
    lingering?.cancel()
    lingering = undefined
    inFlight = take()
    isDue = queue.length > 0
    await publish()
    for (const { lease } of inFlight) stalledPartitions.clear('eventStream', lease.partition)
    inFlight = []
    isFlushing = false
    if (isDue || queuedBytes >= bounds.eventStreamBytes) void flush()
  }

  const onLingered = (): void => {
    lingering = undefined
    isDue = true
    void flush()
  }

  return {
    add: (records, lease) => {
      if (records.length === 0) return Promise.resolve()
      if (abandonedSignals.has(lease.signal)) return Promise.reject(lease.signal.reason)
      return new Promise((resolve, reject) => {
        const bytes = bytesOf(records)
        queue.push({ records, bytes, lease, resolve, reject, isAbandoned: false })
        queuedBytes += bytes
        lingering ??= clock.after(times.eventStreamLingerMs, onLingered)
        if (queuedBytes >= bounds.eventStreamBytes) void flush()
      })
    },
    drop: () => {
      const reason = new ConnectionLostError('the connection to the store is lost')
      for (const entry of [...inFlight, ...queue]) abandon(entry, reason)
      queue = []
      queuedBytes = 0
    },
  }
}
