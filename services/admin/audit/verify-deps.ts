import type { EventAge, EventKey, StreamSummary } from '../../../shared/ports/stream-summary.ts'
import type { StreamDeps } from './compare-stream.ts'
import type { ReadEvents } from './stream-pass.ts'

/** A part of the store: summaries of streams, and streams that exist only in the read model. */
export interface StoreSlice {
  readonly summaries: readonly StreamSummary[]
  readonly orphans: readonly string[]
}

/** The data sources for verifying the store. Their rejections end the round. */
export interface VerifyStoreDeps extends StreamDeps {
  /** Reads these streams, or all if undefined. Awaits `onSlice` before it reads the next slice. */
  readonly readSummaries: (onSlice: (slice: StoreSlice) => void | Promise<void>, streams?: readonly string[]) => Promise<void>
  /** Reads the event stream from its first record to its present end. */
  readonly readEvents: ReadEvents
  /** The time since these events were stored; omits events that do not exist. */
  readonly ages: (events: readonly EventKey[]) => Promise<readonly EventAge[]>
  /** How long the event stream keeps a record; −1: for ever; undefined: not known. */
  readonly eventRetentionMs: () => Promise<number | undefined>
}
