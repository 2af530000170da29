import type { LatencySummary } from '../../support/load/latencies.ts'
import type { Shape } from './presets.ts'

/** One second of a run, over all processes. */
export interface Second {
  /** Seconds since the start of the run. */
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
  /** Violations of other invariants. */
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

/** The results of a run: the content of the JSON file and of the page. */
export interface LoadReport {
  readonly startedAt: string
  readonly tookMs: number
  /** Stopped before its end. */
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
  /** The seconds in which messages were sent. */
  readonly sendingFrom: number
  readonly sendingTo: number
  /** Load of the busiest process, in [0, 1]. */
  readonly busy: { readonly mean: number; readonly most: number }
  /** Undefined: not checked. */
  readonly verdict: Verdict | undefined
  readonly failedConditions: readonly string[]
}

/** Above this load the tester itself adds to the latencies. */
export const tooBusy = 0.8
