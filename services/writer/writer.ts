import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, Consumption, HandledBatch, RecordBatch } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { FanOut, FanOutState } from '../../shared/ports/fan-out.ts'
import { createGathering } from '../../shared/runtime/async/gathering.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import { createBackoff } from './backoff.ts'
import { createBatchHandler } from './batch-handler.ts'
import type { Decide } from './decide-and-append.ts'
import type { DecisionLimits } from './decide-batch.ts'
import { decideBatch } from './decide-batch.ts'
import { createEventStreamLane } from './event-stream-lane.ts'
import { createGroupCommit } from './group-commit.ts'
import type { WriterMetrics } from './metrics.ts'
import { createPublishToFanOut } from './publish-to-fan-out.ts'
import { readSetOf } from './read-set.ts'
import { createRetryUntilDone } from './retry-until-done.ts'
import { createRowBound } from './row-bound.ts'
import type { StalledPartitions } from './stalled-partitions.ts'
import { createStalledPartitions } from './stalled-partitions.ts'
import { createStoreBatch } from './store-batch.ts'
import { DecisionError } from './store-errors.ts'
import type { WriterLog } from './writer-log.ts'
import { createWriterSessions } from './writer-sessions.ts'

export interface WriterDeps {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  /** Undefined: nobody outside listens to the events (embedded). */
  readonly eventStream: EventStream | undefined
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly log: WriterLog
  readonly metrics: WriterMetrics
  readonly times: Times
  readonly bounds: Bounds
  readonly limits: DecisionLimits
}

export interface WriterReadiness {
  readonly isConsuming: boolean
  readonly fanOut: FanOutState
  /** Commands that are not acknowledged, as of the last fetch. */
  readonly lag: number
  /** By part: the partitions whose batch waits for it and tries again. */
  readonly waiting: ReturnType<StalledPartitions['waiting']>
}

export interface Writer {
  /** Resolves when consuming has begun; never if the writer is stopped before. To be called once. */
  start(): Promise<void>
  /**
   * Finishes the batches in hand, acknowledges them and leaves. Idempotent.
   * Closes none of the ports; consuming that has not begun yet, and may wait
   * for brokers, is ended by the command log's own end.
   */
  stop(): Promise<void>
  /** Rejects when consuming has ended for good without `stop`: the process should end. */
  readonly failed: Promise<never>
  readiness(): WriterReadiness
}

/** A pause is as long as the batch before it. */
const pauseRuns = 1

/**
 * The one that decides: takes commands from the log, in order per room,
 * stores what happened, and then says "look".
 *
 * Promises:  a record is acknowledged only after its outcome is stored, the
 *            fan-out has been tried and the event stream has acknowledged; the
 *            effect of a command is exactly once however often it is delivered.
 * Does not:  give up while store or event stream are away; it waits, shown in `readiness`.
 */
export const createWriter = (deps: WriterDeps): Writer => {
  const { commandLog, eventStore, eventStream, fanOut, clock, log, metrics, times, bounds, limits } = deps
  const stalledPartitions = createStalledPartitions()
  const backoff = createBackoff(clock, times)
  const retryUntilDone = createRetryUntilDone({ backoff, stalledPartitions, metrics, log })
  const rowBound = createRowBound(bounds.writerBatchRows)
  const eventStreamLane = eventStream && createEventStreamLane({ ...deps, eventStream, stalledPartitions })
  const begun = Promise.withResolvers<Consumption>()

  const gathering = createGathering(clock, { runs: pauseRuns, mostMs: times.gatherMostMs })
  const failure = Promise.withResolvers<never>()
  // Whoever awaits `failed` still sees it; this keeps a writer without such a one from ending the process.
  failure.promise.catch(() => {})

  const afterStale = async (times: number): Promise<void> => {
    metrics.onRetry('clash')
    await backoff.afterClash(times)
  }
  const decide: Decide = (commands, snapshot) => {
    try {
      return decideBatch(commands, snapshot, limits)
    } catch (error) {
      throw new DecisionError(error)
    }
  }
  const sessions = createWriterSessions({
    openAppender: () => eventStore.openAppender(),
    decide,
    maxEntries: bounds.writerMemoryEntries,
    grouped: (attempt) =>
      createGroupCommit({
        readSetOf: (commands) => readSetOf(commands, limits.chatsPerUser),
        attempt,
        bound: rowBound,
        maxCommands: bounds.writerBatchRecords,
        clock,
        afterStale,
      }),
    consumption: begun.promise,
    dropEffects: () => eventStreamLane?.drop(),
    onFailure: failure.reject,
    log,
  })
  const handle = createBatchHandler({
    ...deps,
    session: () => sessions.current,
    storeBatch: createStoreBatch(retryUntilDone),
    retryUntilDone,
    eventStreamLane,
    rowBound,
    publishToFanOut: createPublishToFanOut(fanOut, metrics, log),
  })

  let starting: Promise<void> | undefined
  let consumption: Consumption | undefined
  let stopping: Promise<void> | undefined
  let isConsuming = false

  /** The driver fetches again when this resolves: records gather at the broker where that saves a batch. */
  const handleThenPause = async (batch: RecordBatch): Promise<HandledBatch> => {
    const startedMs = clock.monotonicMs()
    const handled = await handle(batch)
    const pauseMs = gathering.pauseAfter(batch.records.length, clock.monotonicMs() - startedMs)
    if (pauseMs > 0) await pause(clock, pauseMs, batch.signal)
    return handled
  }

  const begin = async (): Promise<void> => {
    const consuming = await commandLog.consume(handleThenPause)
    begun.resolve(consuming)
    if (stopping !== undefined) return consuming.stop()
    consumption = consuming
    isConsuming = true
    consuming.failed.catch((error: unknown) => {
      isConsuming = false
      failure.reject(error)
    })
  }

  const start = async (): Promise<void> => {
    try {
      await begin()
    } catch (error) {
      if (stopping === undefined) throw error
    }
    // Whoever started it is not to go on as if it had begun.
    if (stopping !== undefined) await new Promise<never>(() => {})
  }

  const end = async (): Promise<void> => {
    await consumption?.stop()
    isConsuming = false
    await sessions.close()
  }

  return {
    start: () => {
      starting ??= start()
      return starting
    },
    stop: () => {
      stopping ??= end()
      return stopping
    },
    failed: failure.promise,
    readiness: () => ({ isConsuming, fanOut: fanOut.state, lag: consumption?.lag ?? 0, waiting: stalledPartitions.waiting() }),
  }
}
