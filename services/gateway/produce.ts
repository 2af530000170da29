import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, NewRecord } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'
import { batcher } from '../../shared/runtime/batcher.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import { pause } from '../../shared/runtime/pause.ts'

/**
 * Hands a record to the command log, in order. Rejects with `PublishError`
 * fate `refused` when it is certainly in no log and in no buffer, and fate
 * `too_large` when it would be refused at every attempt; never for an unknown
 * fate.
 */
export type Produce = (record: NewRecord) => Promise<void>

const sizeOf = (record: NewRecord): number => record.value.length + record.key.length

/**
 * Single-flight adaptive batching: idle → send now; busy → accumulate, send on
 * return, and after a rest for as long as `restMs` says. A batch of unknown fate is sent again until acknowledged, and
 * nothing goes out behind it, or order would break; a later refusal does not
 * make it known.
 */
export const createProduce = (
  log: CommandLog,
  clock: Clock,
  bounds: Bounds,
  { retryMs, restMs }: { readonly retryMs: number; readonly restMs: () => number },
): Produce => {
  let waitingBytes = 0
  /** For each record the error that it has alone, if any. */
  const publish = async (records: readonly NewRecord[]): Promise<readonly (PublishError | undefined)[]> => {
    for (let isUnknown = false; ; ) {
      try {
        await log.publish(records)
        return records.map(() => undefined)
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

  const rest = (): Promise<void> | undefined => {
    const ms = restMs()
    return ms > 0 ? pause(clock, ms) : undefined
  }
  const add = batcher<NewRecord, PublishError | undefined>({ run: publish, maxItems: bounds.produceBatchRecords, rest })

  return async (record) => {
    const bytes = sizeOf(record)
    if (waitingBytes + bytes > bounds.produceBufferBytes) throw new PublishError('refused', 'the buffer of commands is full')
    waitingBytes += bytes
    try {
      const error = await add(record)
      if (error !== undefined) throw error
    } finally {
      waitingBytes -= bytes
    }
  }
}
