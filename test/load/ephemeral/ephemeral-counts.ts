import type { Latencies } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'

/**
 * Traffic beside the commands of a load that stores no events: `read` marks what was received as read, `typing` sends a
 * signal before each message. Neither has a share of the rate.
 */
export const ephemeralKinds = ['read', 'typing'] as const

export type EphemeralKind = (typeof ephemeralKinds)[number]

/** The counts of one kind. */
export interface EphemeralCounts {
  sent: number
  /** Markers that are stored, signals that were passed on. */
  accepted: number
  /** Signals that the service did not pass on. */
  dropped: number
  /** Refused, or without an answer. */
  failed: number
  /** Pushes to other users. */
  received: number
}

/** The measurements of one kind in a process. */
export interface EphemeralMeasure {
  readonly counts: EphemeralCounts
  /** `read`: from the request to the answer. `typing`: from the request to each arrival at another user's socket. */
  readonly latency: Latencies
}

export const newMeasure = (): EphemeralMeasure => ({
  counts: { sent: 0, accepted: 0, dropped: 0, failed: 0, received: 0 },
  latency: createLatencies(),
})
