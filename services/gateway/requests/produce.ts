import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog, NewRecord } from '../../../shared/ports/command-log.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import { createGathering } from '../../../shared/runtime/async/gathering.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'

/**
 * Hands a record to the command log, in order. Rejects with `PublishError`
 * fate `refused` when it is certainly in no log and in no buffer, and fate
 * `too_large` when it would be refused at every attempt; never for an unknown
 * fate.
 */
export type Produce = (record: NewRecord, receivedMs: number) => Promise<void>

/** The record is `handed` to the driver; the log has `acknowledged` it. */
export type ProduceStage = 'handed' | 'acknowledged'

export interface ProduceOptions {
  readonly retryMs: number
  readonly gatherMostMs: number
  /** A record has reached this stage, this long after the gateway received its command. */
  readonly onStage: (stage: ProduceStage, ageSeconds: number) => void
}

/** A publish is short for the gateway, and costs the broker and a writer a turn each. */
const pauseRuns = 2

interface Item {
  readonly record: NewRecord
  readonly receivedMs: number
}

const sizeOf = (record: NewRecord): number => record.value.length + record.key.length

/**
 * Single-flight adaptive batching: idle → send now; busy → accumulate, send on
 * return, after a pause where that saves a publish (`createGathering`). A batch
 * of unknown fate is sent again until acknowledged, and
 * nothing goes out behind it, or order would break; a later refusal does not
 * make it known.
 */
export const createProduce = (
  log: CommandLog,
  clock: Clock,
  bounds: Bounds,
  { retryMs, gatherMostMs, onStage }: ProduceOptions,
): Produce => {
  const gathering = createGathering(clock, { runs: pauseRuns, mostMs: gatherMostMs })
  let waitingBytes = 0
  let pauseMs = 0
  const reportAges = (items: readonly Item[], stage: ProduceStage): void => {
    const nowMs = clock.nowMs()
    for (const { receivedMs } of items) onStage(stage, Math.max(0, nowMs - receivedMs) / 1_000)
  }

  /** For each record the error that it has alone, if any. */
  const publish = async (items: readonly Item[]): Promise<readonly (PublishError | undefined)[]> => {
    const records = items.map(({ record }) => record)
    reportAges(items, 'handed')
    const startedMs = clock.monotonicMs()
    for (let isUnknown = false; ; ) {
      try {
        await log.publish(records)
        reportAges(items, 'acknowledged')
        pauseMs = gathering.pauseAfter(items.length, clock.monotonicMs() - startedMs)
        return items.map(() => undefined)
      } catch (error) {
        if (!(error instanceof PublishError)) throw error
        // After an unknown fate even that is not certain: the look-up at the deadline decides.
        if (error.fate === 'too_large') return records.map((each) => (error.tooLarge.has(each) && !isUnknown ? error : undefined))
        if (error.fate === 'refused' && !isUnknown) throw error
        isUnknown = true
        await pause(clock, retryMs)
      }
    }
  }

  const rest = (): Promise<void> | undefined => (pauseMs > 0 ? pause(clock, pauseMs) : undefined)
  const add = batcher<Item, PublishError | undefined>({ run: publish, maxItems: bounds.produceBatchRecords, rest })

  return async (record, receivedMs) => {
    const bytes = sizeOf(record)
    if (waitingBytes + bytes > bounds.produceBufferBytes) throw new PublishError('refused', 'the buffer of commands is full')
    waitingBytes += bytes
    try {
      const error = await add({ record, receivedMs })
      if (error !== undefined) throw error
    } finally {
      waitingBytes -= bytes
    }
  }
}
