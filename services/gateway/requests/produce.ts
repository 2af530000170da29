import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog, NewRecord } from '../../../shared/ports/command-log.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { createBatchDelay } from '../../../shared/runtime/async/batch-delay.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Attempt } from './attempts.ts'

/**
 * Hands a record to the command log, in the order of the calls. Rejects with
 * `PublishError`: `refused` if neither the log nor a buffer holds the record,
 * `too_large` if every attempt would fail. Never rejects while it is unknown
 * whether the log holds the record. A record whose attempt requires a refused
 * one is refused; `attempt.isRefused` is set before any later record is
 * published.
 */
export type Produce = (record: NewRecord, receivedMs: number, attempt: Attempt) => Promise<void>

/** `handed`: to the driver. `acknowledged`: by the log. */
export type ProduceStage = 'handed' | 'acknowledged'

/** Settings and observers of the batches. */
export interface ProduceOptions {
  readonly retryMs: number
  readonly maxBatchDelayMs: number
  /** A record has reached this stage, this long after the gateway received its command. */
  readonly onStage: (stage: ProduceStage, ageSeconds: number) => void
}

/** The pause after a publish, as a multiple of its duration. A publish costs the broker and a writer more than the gateway. */
const pauseRuns = 2

interface Item {
  readonly record: NewRecord
  readonly receivedMs: number
  readonly attempt: Attempt
}

const refuse = ({ attempt }: Pick<Item, 'attempt'>): void => {
  attempt.isRefused = true
}

const isBehindRefused = ({ attempt }: Item): boolean => attempt.after?.isRefused === true

/** Records that are refused because they require a refused one. In order, so that each refusal reaches the records that require it. */
const refuseBehindRefused = (items: readonly Item[]): ReadonlySet<Item> => {
  const behind = new Set<Item>()
  for (const item of items) {
    if (!isBehindRefused(item)) continue
    refuse(item)
    behind.add(item)
  }
  return behind
}

const sizeOf = (record: NewRecord): number => record.value.length + record.key.length

/**
 * Batches adaptively, one publish in flight: idle, it sends at once; busy, it
 * collects records and sends them when the publish returns, after a pause if
 * that saves a publish (`createBatchDelay`). A batch with an unknown result is
 * sent again until the log acknowledges it. Nothing is sent behind it, because
 * the order would break. A later refusal does not show whether the log holds
 * the batch.
 */
export const createProduce = (
  log: CommandLog,
  clock: Clock,
  bounds: Bounds,
  { retryMs, maxBatchDelayMs, onStage }: ProduceOptions,
): Produce => {
  const batchDelay = createBatchDelay(clock, { runs: pauseRuns, maxMs: maxBatchDelayMs })
  let waitingBytes = 0
  let pauseMs = 0
  const reportAges = (items: readonly Item[], stage: ProduceStage): void => {
    const nowMs = clock.nowMs()
    for (const { receivedMs } of items) onStage(stage, Math.max(0, nowMs - receivedMs) / 1_000)
  }

  /** Returns each record's own error, if any. */
  const publish = async (items: readonly Item[]): Promise<readonly (PublishError | undefined)[]> => {
    const records = items.map(({ record }) => record)
    reportAges(items, 'handed')
    const startedMs = clock.monotonicMs()
    for (let isUnknown = false; ; ) {
      try {
        await log.publish(records)
        reportAges(items, 'acknowledged')
        pauseMs = batchDelay.delayAfter(items.length, clock.monotonicMs() - startedMs)
        return items.map(() => undefined)
      } catch (error) {
        if (!(error instanceof PublishError)) throw error
        // After an unknown result the log may hold the record: the look-up at the deadline finds the outcome.
        if (error.kind === 'too_large') return records.map((each) => (error.tooLarge.has(each) && !isUnknown ? error : undefined))
        if (error.kind === 'refused' && !isUnknown) {
          for (const item of items) refuse(item)
          throw error
        }
        isUnknown = true
        await pause(clock, retryMs)
      }
    }
  }

  const run = async (items: readonly Item[]): Promise<readonly (PublishError | undefined)[]> => {
    const behind = refuseBehindRefused(items)
    if (behind.size === 0) return publish(items)
    const others = items.filter((item) => !behind.has(item))
    const errors = others.length === 0 ? [] : [...(await publish(others))]
    return items.map((item) =>
      behind.has(item) ? new PublishError('refused', 'an earlier command was refused') : errors.shift(),
    )
  }

  const pauseAfterRun = (): Promise<void> | undefined => (pauseMs > 0 ? pause(clock, pauseMs) : undefined)
  const add = batcher<Item, PublishError | undefined>({ run, maxItems: bounds.produceBatchRecords, pauseAfterRun })

  return async (record, receivedMs, attempt) => {
    const bytes = sizeOf(record)
    if (waitingBytes + bytes > bounds.produceBufferBytes) {
      refuse({ attempt })
      throw new PublishError('refused', 'the buffer of commands is full')
    }
    waitingBytes += bytes
    try {
      const error = await add({ record, receivedMs, attempt })
      if (error !== undefined) throw error
    } finally {
      waitingBytes -= bytes
    }
  }
}
