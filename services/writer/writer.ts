import type { Consumption, HandledBatch, RecordBatch } from '../../shared/ports/command-log.ts'
import type { FanOutState } from '../../shared/ports/fan-out.ts'
import { createBatchDelay } from '../../shared/runtime/async/batch-delay.ts'
import { pause } from '../../shared/runtime/async/pause.ts'
import type { BatchPipeline, WriterDeps } from './batch-pipeline.ts'
import { createBatchPipeline } from './batch-pipeline.ts'

/** The state of a writer, as its readiness endpoint shows it. */
export interface WriterReadiness {
  readonly isConsuming: boolean
  readonly fanOut: FanOutState
  /** The number of commands that are not acknowledged, as of the last fetch. */
  readonly lag: number
  /** By dependency: the partitions whose batch waits for it and is retried. */
  readonly waiting: ReturnType<BatchPipeline['waiting']>
}

/**
 * Consumes commands, in order per room, and decides them.
 *
 * Promises:  acknowledges a record only after its outcome is stored, its
 *            publication was attempted and the event stream has acknowledged
 *            its event; a command takes effect exactly once, however often it
 *            is delivered.
 * Does not:  fail while the store or the event stream is unavailable: it waits,
 *            and shows it in `readiness`.
 */
export interface Writer {
  /** Resolves when consuming has begun; never resolves if the writer is stopped before. */
  start(): Promise<void>
  /**
   * Finishes and acknowledges the delivered batches, then leaves the consumer
   * group. Idempotent. Closes none of the ports; a `consume` that still waits
   * for brokers is ended by closing the command log.
   */
  stop(): Promise<void>
  /** Rejects when consuming has failed for good: the process should exit. */
  readonly failed: Promise<never>
  readiness(): WriterReadiness
}

/** The pause after a batch, as a multiple of the time that the batch took. */
const pauseRuns = 1

/**
 * Pauses after each batch. The consumer fetches again only afterwards, so that
 * records accumulate at the broker where that saves a batch.
 */
const withPauses = (handle: BatchPipeline['handle'], { clock, times }: Pick<WriterDeps, 'clock' | 'times'>) => {
  const batchDelay = createBatchDelay(clock, { runs: pauseRuns, maxMs: times.gatherMostMs })
  return async (batch: RecordBatch): Promise<HandledBatch> => {
    const startedMs = clock.monotonicMs()
    const handled = await handle(batch)
    const pauseMs = batchDelay.delayAfter(batch.records.length, clock.monotonicMs() - startedMs)
    if (pauseMs > 0) await pause(clock, pauseMs, batch.signal)
    return handled
  }
}

export const createWriter = (deps: WriterDeps): Writer => {
  const { commandLog, fanOut } = deps
  const begun = Promise.withResolvers<Consumption>()
  const failure = Promise.withResolvers<never>()
  // A caller may not await `failed`: its rejection must not end the process as an unhandled rejection.
  failure.promise.catch(() => {})
  const pipeline = createBatchPipeline({ ...deps, consumption: begun.promise, onFailure: failure.reject })

  let starting: Promise<void> | undefined
  let consumption: Consumption | undefined
  let stopping: Promise<void> | undefined
  let isConsuming = false

  const consume = async (): Promise<void> => {
    const consuming = await commandLog.consume(withPauses(pipeline.handle, deps))
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
      await consume()
    } catch (error) {
      if (stopping === undefined) throw error
    }
    // The caller must not continue as if consuming had begun.
    if (stopping !== undefined) await new Promise<never>(() => {})
  }

  const end = async (): Promise<void> => {
    await consumption?.stop()
    isConsuming = false
    await pipeline.close()
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
    readiness: () => ({ isConsuming, fanOut: fanOut.state, lag: consumption?.lag ?? 0, waiting: pipeline.waiting() }),
  }
}
