import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'

/** The external ids of the users. */
export const simulatedNames: readonly string[] = ['ann', 'bob', 'cyd', 'dan']

/** The text of every message that a forger publishes. */
export const forgedText = 'forged'

/** In every signal; nothing but a push may contain it. */
export const signalCanary = 'a signal leaves no trace'

/** Small bounds, so that a run reaches them often. */
export const simulatedBounds = {
  ...defaultBounds,
  sendQueueBytes: 2_000,
  heldFrames: 4,
  pagesPerSession: 2,
  publicationBytes: 1_200,
  pendingPerSession: 12,
  produceBatchRecords: 6,
  produceBufferBytes: 8_000,
  lookupItems: 3,
}

export const simulatedTimes = {
  ...defaultTimes,
  commandDeadlineMs: 4_000,
  topicReleaseMs: 500,
  presenceAskMs: 2_000,
  convergeMs: 2_000,
  drainWindowMs: 300,
  drainOverlapMs: 50,
}
