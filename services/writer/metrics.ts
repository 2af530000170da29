import type { BatchStage } from './stage-ages.ts'

/** What became of a record. */
export type RecordResult = 'event' | 'rejection' | 'repeat' | 'conflict' | 'user' | 'poison'

/** What a batch waits for when it has to try again. */
export type RetryCause = 'clash' | 'store' | 'event-stream' | 'dead-letter'

/** What the writer counts. Plain functions, so that tests need no registry. */
export interface WriterMetrics {
  /** A batch was handled, acknowledgement aside. */
  readonly onBatch: (batch: { readonly records: number; readonly seconds: number }) => void
  readonly onRecord: (result: RecordResult) => void
  /** An event is stored, this long after a gateway took its command in, by the clocks of both. */
  readonly onStored: (ageSeconds: number) => void
  /** So many commands had a time ahead of the writer's clock and were given an earlier one. */
  readonly onClampedTimes: (commands: number) => void
  /** A command of a batch has reached this stage, this long after its gateway received it, by the clocks of both. */
  readonly onStage: (stage: BatchStage, ageSeconds: number) => void
  /** A record was set aside. */
  readonly onDeadLetter: () => void
  readonly onRetry: (cause: RetryCause) => void
  /** A batch was not told through the fan-out; the gateways' sweeps deliver it. */
  readonly onFanOutFailure: () => void
}
