import type { LatencySummary } from '../../support/load/latencies.ts'
import { clockText, msText, percentText, whole } from '../tester/units.ts'
import type { EphemeralKindReport, KindReport, LoadReport, ScenarioReport } from './load-report.ts'
import { tooBusy } from './load-report.ts'
import { comparisonRows } from './report-tables.ts'

const latencyLine = (name: string, { count, p50, p90, p99, p999, max }: LatencySummary): string =>
  `  ${name.padEnd(17)} ${whole(count).padStart(11)}  ${[p50, p90, p99, p999, max].map((ms) => (count === 0 ? '–' : msText(ms)).padStart(10)).join('')}`

const counts = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .map(([name, count]) => `${name} ${whole(count)}`)
    .join(', ') || 'none'

const scenarioLines = (scenario: ScenarioReport | undefined): readonly string[] => {
  if (scenario === undefined) return []
  const { started, completed, failed, dropped, interrupted } = scenario.iterations
  return [
    ...Object.entries(scenario.actions).map(([name, summary]) => latencyLine(name, summary)),
    '',
    `  iterations: ${whole(started)} started, ${whole(completed)} completed, ${whole(failed)} failed, ${whole(dropped)} dropped, ${whole(interrupted)} interrupted`,
    ...(failed > 0 ? [`  failed steps: ${counts(scenario.failedBy)}`] : []),
  ]
}

const kindLine = ([kind, { sent, confirmed, refused, stored, received }]: readonly [string, KindReport]): string => {
  const counted = [sent, confirmed, refused].map((count) => whole(count).padStart(10)).join('')
  const times = [stored, received].flatMap(({ count, p50, p99 }) => [p50, p99].map((ms) => (count === 0 ? '–' : msText(ms))))
  return `  ${kind.padEnd(10)} ${counted}  ${times.map((text) => text.padStart(14)).join('')}`
}

/** Each kind of commands apart; nothing if there were messages only. */
const kindLines = ({ kinds }: LoadReport): readonly string[] => {
  if (kinds === undefined) return []
  const counts = ['sent', 'confirmed', 'refused'].map((name) => name.padStart(10)).join('')
  const times = ['stored p50', 'stored p99', 'received p50', 'received p99'].map((name) => name.padStart(14)).join('')
  return ['', `  ${'by kind'.padEnd(10)} ${counts}  ${times}`, ...Object.entries(kinds).map(kindLine)]
}

const ephemeralLine = ([kind, report]: readonly [string, EphemeralKindReport]): string => {
  const { sent, accepted, dropped, failed, received, latency } = report
  const counted = [sent, accepted, dropped, failed, received].map((count) => whole(count).padStart(10)).join('')
  const times = [latency.p50, latency.p99].map((ms) => (latency.count === 0 ? '–' : msText(ms)).padStart(12)).join('')
  return `  ${kind.padEnd(10)} ${counted}  ${times}`
}

/** Signals and read markers, which no line above includes. */
const ephemeralLines = ({ ephemeral }: LoadReport): readonly string[] => {
  if (ephemeral === undefined) return []
  const names = ['sent', 'accepted', 'dropped', 'failed', 'received'].map((name) => name.padStart(10)).join('')
  return [
    '',
    `  ${'beside'.padEnd(10)} ${names}  ${'p50'.padStart(12)}${'p99'.padStart(12)}`,
    ...Object.entries(ephemeral.kinds).map(ephemeralLine),
    `  read: until the answer; typing: until the signal reaches a watcher. ${whole(ephemeral.frames)} frames, in no number above`,
  ]
}

const thresholdLines = ({ thresholds }: LoadReport): readonly string[] =>
  thresholds.map(
    ({ name, found, failsIf, isMissed }) =>
      `  ${isMissed ? '✗ missed' : '✓ kept  '}  ${name.padEnd(18)} ${found.padStart(10)}   fails if ${failsIf}`,
  )

const comparisonLines = ({ comparison }: LoadReport): readonly string[] => {
  if (comparison === undefined) return []
  const rows = comparisonRows(comparison.values)
  return [
    '',
    `  compared with the run of ${comparison.startedAt}`,
    ...rows.map(
      ([name, before, now, change]) => `  ${name.padEnd(24)} ${before.padStart(10)} → ${now.padStart(10)}  ${change.padStart(8)}`,
    ),
    ...comparison.differences.map((difference) => `  other options: ${difference}`),
  ]
}

/** The report for the terminal. */
export const reportText = (report: LoadReport): string => {
  const { latencies, verdict, busy, tookMs, wasStopped, refusedBy, closedBy, failedConditions, scenario } = report
  const judged =
    verdict === undefined
      ? ['  not checked']
      : [
          `  lost ${verdict.lost}, duplicated ${verdict.duplicated}, reordered ${verdict.reordered}, gaps ${verdict.gaps}`,
          ...verdict.problems.map((problem) => `  ${problem}`),
        ]
  return [
    '',
    `${wasStopped ? 'Stopped' : 'Done'} after ${clockText(tookMs)}: ${whole(latencies.stored.count)} messages confirmed, ${whole(latencies.received.count)} deliveries to others`,
    '',
    `  ${''.padEnd(17)} ${'count'.padStart(11)}  ${['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => name.padStart(10)).join('')}`,
    latencyLine('connect → bound', latencies.connect),
    latencyLine('send → stored', latencies.stored),
    latencyLine('send → received', latencies.received),
    ...scenarioLines(scenario),
    ...kindLines(report),
    ...ephemeralLines(report),
    '',
    ...judged,
    `  refused or unknown: ${counts(refusedBy)}; sockets closed: ${counts(closedBy)}`,
    `  the tester was ${percentText(busy.mean)} busy, ${percentText(busy.most)} at the most`,
    ...(busy.most > tooBusy
      ? ['  The tester was too busy: the latencies include its own delays. Use --workers, or --agents on more machines.']
      : []),
    ...(report.thresholds.length > 0 ? ['', ...thresholdLines(report)] : []),
    ...failedConditions.map((text) => `  failed condition: ${text}`),
    ...comparisonLines(report),
    '',
  ].join('\n')
}
