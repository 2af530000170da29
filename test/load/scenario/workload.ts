import type { Stage } from '../../support/load/schedule.ts'
import type { EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import type { Mix } from '../mix/mix.ts'
import type { Scenario } from './scenario-file.ts'

/** The work of a run, or the part of one process. */
export interface Workload {
  /**
   * At its start: commands a second; with a scenario its iterations a second (open model) or
   * the users that repeat it (closed model). The targets of the stages count the same.
   */
  readonly start: number
  readonly stages: readonly Stage[]
  /** Undefined: random members send messages, or commands by the shares of `mix`. */
  readonly scenario?: Scenario
  readonly mix?: Mix
  /** What the users do beside the commands. */
  readonly ephemeral?: readonly EphemeralKind[]
}

/** Counts of the iterations of a scenario. An iteration is one run of its flow by one user. */
export interface IterationCounts {
  started: number
  completed: number
  /** Ended early because a step was refused or had no answer. */
  failed: number
  /** Not started, because all users were busy. */
  dropped: number
  /** Still running at the end of the last stage. */
  interrupted: number
}

export interface ScenarioSample {
  readonly iterations: IterationCounts
  /** The users that run the flow now. */
  readonly active: number
}

/** The name under which the report shows the duration of whole iterations. */
export const wholeIteration = 'iteration'

export interface ScenarioWorkerResult {
  readonly iterations: IterationCounts
  /** Counts by action and error code. */
  readonly failedBy: Readonly<Record<string, number>>
  /** Histograms by action, as text. */
  readonly actions: Readonly<Record<string, string>>
}

const split = (total: number, process: number, processes: number): number =>
  Math.floor(total / processes) + (process < total % processes ? 1 : 0)

/** The part of one process: the same part of a rate, or whole users. */
export const partOf = (workload: Workload, process: number, processes: number): Workload => {
  const isClosed = workload.scenario?.model === 'closed'
  const part = (total: number): number => (isClosed ? split(total, process, processes) : total / processes)
  const stages = workload.stages.map(({ durationMs, target }) => ({ durationMs, target: part(target) }))
  return { ...workload, start: part(workload.start), stages }
}
