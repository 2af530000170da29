import type { Clock, Timer } from '../../shared/ports/clock.ts'
import type { EventStream, StreamRecord } from '../../shared/ports/event-stream.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { PartitionLease } from './backoff.ts'
import type { WriterMetrics } from './metrics.ts'
import type { StalledPartitions } from './stalled-partitions.ts'
import { ConnectionLostError } from './store-errors.ts'
import type { WriterLog } from './writer-log.ts'

/**
 * The slow lane behind the commit: the event stream gets the records of several
 * batches together, while the next batches are decided.
 *
 * Promises:  records go out in the order added, with one publish in flight,
 *            which is retried until it succeeds; later records never overtake
 *            it. They wait at most `EVENT_STREAM_LINGER_MS`, less when their
 *            bytes reach the bound.
 * Does not:  bound how much is added: the log delivers only so many batches
 *            that are not done.
 */
export interface EventStreamLane {
  /**
   * Resolves when these records are published; rejects when they are given up:
   * by `drop`, or because an attempt failed after the signal of their batches
   * was aborted; then all later records of that signal are given up too.
   */
  add(records: readonly StreamRecord[], lease: Pick<PartitionLease, 'partition' | 'signal'>): Promise<void>
  /** Gives up all records; a publish in flight ends before any other begins, and is not retried. */
  drop(): void
}

export interface EventStreamLaneDeps {
  readonly eventStream: EventStream
  readonly clock: Clock
  readonly times: Pick<Times, 'eventStreamLingerMs' | 'retryFirstMs' | 'retryMostMs'>
  readonly bounds: Pick<Bounds, 'eventStreamBytes'>
  readonly stalledPartitions: StalledPartitions
  readonly metrics: Pick<WriterMetrics, 'onRetry'>
  readonly log: WriterLog
}

interface Entry {
  readonly records: readonly StreamRecord[]
  readonly bytes: number
  readonly lease: Pick<PartitionLease, 'partition' | 'signal'>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  isDropped: boolean
}

const bytesOf = (records: readonly StreamRecord[]): number =>
  records.reduce((sum, { key, value }) => sum + key.length + value.length, 0)

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')

export const createEventStreamLane = (deps: EventStreamLaneDeps): EventStreamLane => {
  const { eventStream, clock, times, bounds, stalledPartitions, metrics, log } = deps
  let queue: Entry[] = []
  let queuedBytes = 0
  let inFlight: readonly Entry[] = []
  let isFlushing = false
  /** The first of the queue has lingered. */
  let isDue = false
  let lingering: Timer | undefined
  const givenUp = new WeakSet<AbortSignal>()

  const giveUp = (entry: Entry, reason: unknown): void => {
    entry.isDropped = true
    entry.reject(reason)
  }

  /** With the records of a batch all later ones of its assignment: without the first they would be out of order. */
  const giveUpAllOf = (signal: AbortSignal): void => {
    givenUp.add(signal)
    for (const entry of [...inFlight, ...queue])
      if (entry.lease.signal === signal && !entry.isDropped) giveUp(entry, signal.reason)
  }

  /** The first, and as many behind it as fit. */
  const take = (): readonly Entry[] => {
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

  const onFailure = async (entries: readonly Entry[], failures: number, error: unknown): Promise<void> => {
    metrics.onRetry('event-stream')
    for (const { lease } of entries) stalledPartitions.report('eventStream', lease.partition)
    if (failures === 1) log.warn({ reason: reasonOf(error) }, 'event stream unavailable, retrying')
    await pause(clock, Math.min(times.retryMostMs, times.retryFirstMs * 2 ** (failures - 1)))
    for (const { lease } of entries) if (lease.signal.aborted) giveUpAllOf(lease.signal)
  }

  /** Until it succeeds, or until all of it is given up. */
  const publish = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      const entries = inFlight.filter(({ isDropped }) => !isDropped)
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
      if (givenUp.has(lease.signal)) return Promise.reject(lease.signal.reason)
      return new Promise((resolve, reject) => {
        const bytes = bytesOf(records)
        queue.push({ records, bytes, lease, resolve, reject, isDropped: false })
        queuedBytes += bytes
        lingering ??= clock.after(times.eventStreamLingerMs, onLingered)
        if (queuedBytes >= bounds.eventStreamBytes) void flush()
      })
    },
    drop: () => {
      const reason = new ConnectionLostError('the connection to the store is lost')
      for (const entry of [...inFlight, ...queue]) giveUp(entry, reason)
      queue = []
      queuedBytes = 0
    },
  }
}
