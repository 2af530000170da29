import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, Consumption, RecordBatch } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { FanOut, FanOutState } from '../../shared/ports/fan-out.ts'
import type { ProtocolLimits } from '../../shared/protocol/limits.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import { createGathering } from '../../shared/runtime/gathering.ts'
import { pause } from '../../shared/runtime/pause.ts'
import type { Times } from '../../shared/runtime/times.ts'
import { createAnnounce } from './announce.ts'
import { createBatchHandler } from './batch-handler.ts'
import { groupCommit } from './group-commit.ts'
import type { WriterMetrics } from './metrics.ts'
import { createPatience } from './patience.ts'
import { createPersist } from './persist.ts'
import { createSettle } from './settle.ts'
import type { Troubles } from './troubles.ts'
import { createTroubles } from './troubles.ts'
import type { WriterLog } from './writer-log.ts'

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
  readonly limits: Pick<ProtocolLimits, 'membersPerChat'>
}

export interface WriterReadiness {
  readonly isConsuming: boolean
  readonly fanOut: FanOutState
  /** Commands that are not handled yet, as far as the log has told. */
  readonly lag: number
  /** By part: the partitions whose batch waits for it and tries again. */
  readonly waiting: ReturnType<Troubles['waiting']>
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
  const { commandLog, eventStore, fanOut, clock, log, metrics, times, bounds, limits } = deps
  const troubles = createTroubles()
  const patience = createPatience(clock, times)
  const persist = createPersist({ patience, troubles, metrics, log })
  const transact = groupCommit((...asked) => eventStore.transact(...asked), clock, bounds.writerBatchRecords)
  const settle = createSettle({ transact, patience, persist, metrics, maxMembers: limits.membersPerChat })
  const handle = createBatchHandler({ ...deps, settle, persist, announce: createAnnounce(fanOut, metrics, log) })

  const gathering = createGathering(clock, { runs: pauseRuns, mostMs: times.gatherMostMs })
  const failure = Promise.withResolvers<never>()
  // Whoever awaits `failed` still sees it; this keeps a writer without such a one from ending the process.
  failure.promise.catch(() => {})
  let starting: Promise<void> | undefined
  let consumption: Consumption | undefined
  let stopping: Promise<void> | undefined
  let isConsuming = false

  /** The driver fetches again when this resolves: records gather at the broker where that saves a batch. */
  const handleThenPause = async (batch: RecordBatch): Promise<void> => {
    const startedMs = clock.monotonicMs()
    await handle(batch)
    const pauseMs = gathering.pauseAfter(batch.records.length, clock.monotonicMs() - startedMs)
    if (pauseMs > 0) await pause(clock, pauseMs, batch.signal)
  }

  const begin = async (): Promise<void> => {
    const begun = await commandLog.consume(handleThenPause)
    if (stopping !== undefined) return begun.stop()
    consumption = begun
    isConsuming = true
    begun.failed.catch((error: unknown) => {
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
    readiness: () => ({ isConsuming, fanOut: fanOut.state, lag: consumption?.lag ?? 0, waiting: troubles.waiting() }),
  }
}
