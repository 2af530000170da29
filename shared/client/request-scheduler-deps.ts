import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { ClientMetrics } from './observation.ts'

/** The parts of a client that its requests use, and their bounds. */
export interface RequestSchedulerDeps {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly maxQueued: number
  readonly maxFrameBytes: number
  readonly metrics: ClientMetrics | undefined
}
