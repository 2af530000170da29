import type { Decision } from './batch-state.ts'
import type { BatchStage } from './stage-ages.ts'

/** Why a batch is attempted again. */
export type RetryCause = 'clash' | 'store' | 'event-stream' | 'dead-letter'

/** The observers of the writer: plain functions, so that tests need no registry. */
export interface WriterMetrics {
  /** A batch was handled; excludes its acknowledgement. */
  readonly onBatch: (batch: { readonly records: number; readonly seconds: number }) => void
  /** `repeat`: an event or a rejection that was stored before. `poison`: a record that was dead-lettered. */
  readonly onRecord: (result: Decision['kind'] | 'repeat' | 'poison') => void
  /** An event is stored, this long after a gateway received its command, by the clocks of both processes. */
  readonly onStored: (ageSeconds: number) => void
  /** This many commands were dated ahead of the writer's clock and had their time reduced. */
  readonly onClampedTimes: (commands: number) => void
  /** A command has reached this stage, this long after its gateway received it, by the clocks of both processes. */
  readonly onStage: (stage: BatchStage, ageSeconds: number) => void
  readonly onDeadLetter: () => void
  readonly onRetry: (cause: RetryCause) => void
  /** The fan-out rejected the publications of a batch; the gateways' sweeps deliver its events. */
  readonly onFanOutFailure: () => void
}
