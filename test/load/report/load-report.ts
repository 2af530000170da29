import type { CommandKind } from '../../support/load/command-kinds.ts'
import type { KindCounts } from '../../support/load/kind-measures.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import type { EphemeralCounts, EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import type { Scenario } from '../scenario/scenario-file.ts'
import type { IterationCounts } from '../scenario/workload.ts'
import type { Shape } from '../tester/presets.ts'

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
  /** With a scenario: iterations that were completed, and users that run the flow. */
  readonly iterations?: number
  readonly active?: number
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

/** A condition of `--fail-if` with the value that was found. */
export interface ThresholdResult {
  /** As on the command line. */
  readonly text: string
  readonly name: string
  /** The sign and the limit: `> 250 ms`. */
  readonly failsIf: string
  readonly found: string
  /** Milliseconds, a share or a count; undefined if nothing was measured. */
  readonly value?: number
  readonly isMissed: boolean
}

export interface ScenarioReport extends Scenario {
  readonly iterations: IterationCounts
  /** Counts by action and error code. */
  readonly failedBy: Readonly<Record<string, number>>
  /** By action, and of whole iterations. */
  readonly actions: Readonly<Record<string, LatencySummary>>
}

/** The results of one kind of commands. */
export interface KindReport extends Readonly<KindCounts> {
  readonly stored: LatencySummary
  readonly received: LatencySummary
}

/** The results of one ephemeral kind. */
export interface EphemeralKindReport extends Readonly<EphemeralCounts> {
  readonly latency: LatencySummary
}

/** Signals and read markers, which no other number of the report includes. */
export interface EphemeralReport {
  readonly kinds: Readonly<Partial<Record<EphemeralKind, EphemeralKindReport>>>
  /** Answers and pushes. */
  readonly frames: number
  readonly bytes: number
}

/** A machine whose processes took part in the run. */
export interface Machine {
  readonly name: string
  readonly processes: number
  /** The clock of the coordinating machine minus the clock of this one. */
  readonly clockOffsetMs: number
  /** The largest possible error of the offset. */
  readonly clockErrorMs: number
}

export interface ComparedValue {
  readonly name: string
  readonly unit: 'ms' | 'count' | 'share'
  readonly before: number
  readonly now: number
}

/** The run beside a former run. */
export interface Comparison {
  readonly startedAt: string
  readonly values: readonly ComparedValue[]
  /** Options with other values than in the former run. */
  readonly differences: readonly string[]
}

/** The results of a run: the content of the JSON file and of the page. */
export interface LoadReport {
  /** Only for the live page: the run has not ended, and has no verdict yet. */
  readonly phase?: string
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
  /** `stored` and `received`: of new messages. */
  readonly latencies: { readonly connect: LatencySummary; readonly stored: LatencySummary; readonly received: LatencySummary }
  /** Each kind of commands apart; undefined if there were messages only. */
  readonly kinds?: Readonly<Partial<Record<CommandKind, KindReport>>>
  /** Undefined if nobody types or marks messages as read, and while the run has not ended. */
  readonly ephemeral?: EphemeralReport
  readonly seconds: readonly Second[]
  /** The seconds in which messages were sent. */
  readonly sendingFrom: number
  readonly sendingTo: number
  /** Load of the busiest process, in [0, 1]. */
  readonly busy: { readonly mean: number; readonly most: number }
  /** Undefined: not checked. */
  readonly verdict: Verdict | undefined
  readonly thresholds: readonly ThresholdResult[]
  /** The texts of the thresholds that were missed. */
  readonly failedConditions: readonly string[]
  /** The command that repeats the run, without tokens, because reports are shared. */
  readonly command: string
  readonly scenario?: ScenarioReport
  /** Undefined if the run had one machine. */
  readonly machines?: readonly Machine[]
  readonly comparison?: Comparison
}

/** Above this load the tester itself adds to the latencies. */
export const tooBusy = 0.8
