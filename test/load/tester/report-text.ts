import type { LatencySummary } from '../../support/load/latencies.ts'
import type { LoadReport } from './load-report.ts'
import { tooBusy } from './load-report.ts'
import { clockText, msText, whole } from './units.ts'

const latencyLine = (name: string, { count, p50, p90, p99, p999, max }: LatencySummary): string =>
  `  ${name.padEnd(17)} ${whole(count).padStart(11)}  ${[p50, p90, p99, p999, max].map((ms) => (count === 0 ? '–' : msText(ms)).padStart(10)).join('')}`

const counts = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .map(([name, count]) => `${name} ${whole(count)}`)
    .join(', ') || 'none'

/** The report for the terminal. */
export const reportText = (report: LoadReport): string => {
  const { totals, latencies, verdict, busy, tookMs, wasStopped, refusedBy, closedBy, failedConditions } = report
  const judged =
    verdict === undefined
      ? ['  not checked']
      : [
          `  lost ${verdict.lost}, duplicated ${verdict.duplicated}, reordered ${verdict.reordered}, gaps ${verdict.gaps}`,
          ...verdict.problems.map((problem) => `  ${problem}`),
        ]
  return [
    '',
    `${wasStopped ? 'Stopped' : 'Done'} after ${clockText(tookMs)}: ${whole(totals.confirmed)} messages confirmed, ${whole(latencies.received.count)} deliveries to others`,
    '',
    `  ${''.padEnd(17)} ${'count'.padStart(11)}  ${['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => name.padStart(10)).join('')}`,
    latencyLine('connect → bound', latencies.connect),
    latencyLine('send → stored', latencies.stored),
    latencyLine('send → received', latencies.received),
    '',
    ...judged,
    `  refused or unknown: ${counts(refusedBy)}; sockets closed: ${counts(closedBy)}`,
    `  the tester was ${Math.round(busy.mean * 100)} % busy, ${Math.round(busy.most * 100)} % at the most`,
    ...(busy.most > tooBusy
      ? ['  The tester was too busy: the latencies include its own delays. Use --workers, or more machines.']
      : []),
    ...failedConditions.map((text) => `  failed condition: ${text}`),
    '',
  ].join('\n')
}
