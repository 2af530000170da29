import type { LatencySummary } from '../../support/load/latencies.ts'
import type { Shape } from './presets.ts'

/** One second of a run, over all processes. */
export interface Second {
  /** Since the beginning of the run, in seconds. */
  readonly at: number
  readonly open: number
  readonly sent: number
  readonly confirmed: number
  readonly frames: number
  readonly refused: number
  readonly storedP50: number
  readonly storedP99: number
  readonly receivedP50: number
  readonly receivedP99: number
  readonly busy: number
}

export interface Verdict {
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly gaps: number
  /** Other invariants that were broken. */
  readonly other: number
  readonly problems: readonly string[]
}

export interface Totals {
  readonly sent: number
  readonly sentAgain: number
  readonly confirmed: number
  readonly refused: number
  readonly unsettled: number
  readonly frames: number
  readonly bytes: number
  readonly connects: number
  readonly failedConnects: number
}

/** All that a run has to tell; what the JSON holds and the page shows. */
export interface LoadReport {
  readonly startedAt: string
  readonly tookMs: number
  /** Stopped before its time. */
  readonly wasStopped: boolean
  readonly urls: readonly string[]
  readonly seed: number
  readonly workers: number
  readonly shape: Shape
  readonly totals: Totals
  readonly refusedBy: Readonly<Record<string, number>>
  readonly closedBy: Readonly<Record<string, number>>
  readonly latencies: { readonly connect: LatencySummary; readonly stored: LatencySummary; readonly received: LatencySummary }
  readonly seconds: readonly Second[]
  /** Of these seconds, those in which messages were sent. */
  readonly sendingFrom: number
  readonly sendingTo: number
  /** Of the busiest process, in [0, 1]. */
  readonly busy: { readonly mean: number; readonly most: number }
  /** Undefined: it was not judged. */
  readonly verdict: Verdict | undefined
  readonly failedConditions: readonly string[]
}

/** Past this the numbers speak of the tester as much as of the service. */
export const tooBusy = 0.8
