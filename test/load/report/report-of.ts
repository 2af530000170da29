import type { Counts } from '../../support/load/counts.ts'
import { nowMs } from '../../support/load/load-context.ts'
import type { IterationCounts, ScenarioWorkerResult } from '../scenario/workload.ts'
import type { LoadTestOptions } from '../tester/options.ts'
import { sumOf } from '../tester/second-counter.ts'
import { combined } from './combined.ts'
import { compareReports } from './comparison.ts'
import type { LoadReport, Machine, ScenarioReport, Second, ThresholdResult, Verdict } from './load-report.ts'

/** What a run has measured, at its end or so far. */
export interface Outcome {
  /** Of each process. */
  readonly counts: readonly Counts[]
  readonly latencies: LoadReport['latencies']
  /** Undefined while the run has not ended. */
  readonly kinds?: LoadReport['kinds']
  readonly ephemeral?: LoadReport['ephemeral']
  /** Of each process; empty without a scenario, and while the run has not ended. */
  readonly scenario: readonly ScenarioWorkerResult[]
  readonly verdict: Verdict | undefined
  readonly seconds: readonly Second[]
  readonly sendingFrom: number
  readonly sendingTo: number
  readonly startMs: number
  readonly wasStopped: boolean
  readonly machines?: readonly Machine[] | undefined
  /** Undefined at the end. */
  readonly phase?: string
}

const sumRecords = (records: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const record of records) for (const [name, count] of Object.entries(record)) sums[name] = (sums[name] ?? 0) + count
  return sums
}

const totalsOf = (counts: readonly Counts[]): LoadReport['totals'] => {
  const total = (of: (counts: Counts) => number): number => counts.reduce((sum, each) => sum + of(each), 0)
  const [sent, confirmed] = [total((each) => each.sent), total((each) => each.confirmed)]
  const refused = total((each) => sumOf(each.refused))
  return {
    sent,
    sentAgain: total((each) => each.sentAgain),
    confirmed,
    refused,
    unsettled: Math.max(0, sent - confirmed - refused),
    frames: total((each) => each.frames),
    bytes: total((each) => each.bytes),
    connects: total((each) => each.connects),
    failedConnects: total((each) => each.failedConnects),
  }
}

const scenarioOf = ({ workload }: LoadTestOptions, results: readonly ScenarioWorkerResult[]): ScenarioReport | undefined => {
  const { scenario } = workload
  if (scenario === undefined || results.length === 0) return undefined
  const names = Object.keys(results[0]?.actions ?? {})
  const actions = names.map((name) => [name, combined(results.flatMap(({ actions: all }) => all[name] ?? []))] as const)
  return {
    ...scenario,
    iterations: sumRecords(results.map(({ iterations }) => ({ ...iterations }))) as unknown as IterationCounts,
    failedBy: sumRecords(results.map(({ failedBy }) => failedBy)),
    actions: Object.fromEntries(actions),
  }
}

const busyOf = ({ seconds, sendingFrom, sendingTo }: Outcome): LoadReport['busy'] => {
  const sending = seconds.filter(({ at }) => at > sendingFrom && at <= sendingTo + 1)
  return {
    mean: sending.reduce((sum, { busy }) => sum + busy, 0) / Math.max(1, sending.length),
    most: Math.max(0, ...sending.map(({ busy }) => busy)),
  }
}

/** While a run takes place, a value that is not there yet is not a missed threshold. */
const unlessPending = (result: ThresholdResult, phase: string | undefined): ThresholdResult =>
  phase === undefined || result.value !== undefined ? result : { ...result, isMissed: false }

/** The report of a run, with the thresholds evaluated unless the run has not ended. */
export const reportOf = (options: LoadTestOptions, outcome: Outcome): LoadReport => {
  const { counts, latencies, verdict, seconds, sendingFrom, sendingTo, startMs, wasStopped, machines, kinds, ephemeral, phase } =
    outcome
  const { urls, seed, workers, shape, thresholds, command, former } = options
  const scenario = scenarioOf(options, outcome.scenario)
  const measured: LoadReport = {
    ...(phase === undefined ? {} : { phase }),
    startedAt: new Date(startMs).toISOString(),
    tookMs: Math.round(nowMs() - startMs),
    wasStopped,
    urls,
    seed,
    workers,
    shape,
    totals: totalsOf(counts),
    refusedBy: sumRecords(counts.map(({ refused }) => refused)),
    closedBy: sumRecords(counts.map(({ closed }) => closed)),
    latencies,
    ...(kinds === undefined ? {} : { kinds }),
    ...(ephemeral === undefined ? {} : { ephemeral }),
    seconds,
    sendingFrom,
    sendingTo,
    busy: busyOf(outcome),
    verdict,
    thresholds: [],
    failedConditions: [],
    command,
    ...(scenario === undefined ? {} : { scenario }),
    ...(machines === undefined ? {} : { machines }),
  }
  const results = thresholds.map((threshold) => threshold.evaluate(measured)).map((result) => unlessPending(result, phase))
  return {
    ...measured,
    thresholds: results,
    failedConditions: results.filter(({ isMissed }) => isMissed).map(({ text }) => text),
    ...(former === undefined ? {} : { comparison: compareReports(former, measured) }),
  }
}
