import type { Clock } from '../../shared/ports/clock.ts'
import type { BatchHandler, CommandLog, Consumption } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import { createBackoff } from './backoff.ts'
import { createBatchHandler } from './batch-handler.ts'
import type { DecisionLimits } from './batch-state.ts'
import type { Decide } from './decide-and-append.ts'
import { decideBatch } from './decide-batch.ts'
import { createEventStreamQueue } from './event-stream-queue.ts'
import type { GroupCommitDeps } from './group-commit.ts'
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

/** The ports, settings and observers of a writer. */
export interface WriterDeps {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  /** Undefined without an event stream (embedded). */
  readonly eventStream: EventStream | undefined
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly log: WriterLog
  readonly metrics: WriterMetrics
  readonly times: Times
  readonly bounds: Bounds
  readonly limits: DecisionLimits
}

/** Everything that handles batches, from the command log to the event store, the event stream and the fan-out. */
export interface BatchPipeline {
  readonly handle: BatchHandler
  readonly waiting: StalledPartitions['waiting']
  /** Ends the connection to the store. */
  close(): Promise<void>
}

/** The parts of a batch pipeline. */
export interface BatchPipelineDeps extends WriterDeps {
  /** Resolves when consuming has begun. */
  readonly consumption: Promise<Pick<Consumption, 'rewind'>>
  /** Consuming cannot be rewound, so the writer must stop. */
  readonly onFailure: (error: unknown) => void
}

const deciderWith =
  (limits: WriterDeps['limits']): Decide =>
  (commands, snapshot) => {
    try {
      return decideBatch(commands, snapshot, limits)
    } catch (error) {
      throw new DecisionError(error)
    }
  }

/** Wires the parts; has no behaviour of its own. */
export const createBatchPipeline = (deps: BatchPipelineDeps): BatchPipeline => {
  const { eventStore, eventStream, fanOut, clock, log, metrics, times, bounds, limits } = deps
  const stalledPartitions = createStalledPartitions()
  const backoff = createBackoff(clock, times)
  const retryUntilDone = createRetryUntilDone({ backoff, stalledPartitions, metrics, log })
  const rowBound = createRowBound(bounds.writerBatchRows)
  const eventStreamQueue = eventStream && createEventStreamQueue({ ...deps, eventStream, stalledPartitions })
  const groupCommitDeps: Omit<GroupCommitDeps, 'attempt'> = {
    readSetOf: (commands) => readSetOf(commands, limits.chatsPerUser),
    rowBound,
    maxCommands: bounds.writerBatchRecords,
    clock,
    afterStaleAppend: async (staleAppends) => {
      metrics.onRetry('clash')
      await backoff.afterStaleAppend(staleAppends)
    },
  }
  const sessions = createWriterSessions({
    ...deps,
    openAppender: () => eventStore.openAppender(),
    decide: deciderWith(limits),
    maxMemoryEntries: bounds.writerMemoryEntries,
    createCommit: (attempt) => createGroupCommit({ ...groupCommitDeps, attempt }),
    dropQueuedEffects: () => eventStreamQueue?.drop(),
  })
  const handle = createBatchHandler({
    ...deps,
    session: () => sessions.current,
    storeBatch: createStoreBatch(retryUntilDone),
    retryUntilDone,
    eventStreamQueue,
    rowBound,
    publishToFanOut: createPublishToFanOut(fanOut, metrics, log),
  })
  return { handle, waiting: stalledPartitions.waiting, close: sessions.close }
}
