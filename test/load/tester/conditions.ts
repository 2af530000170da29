import type { LoadReport } from './load-report.ts'
import { parseDuration } from './units.ts'

/** A condition of `--fail-if`. */
export interface Condition {
  readonly text: string
  readonly isMet: (report: LoadReport) => boolean
}

const stages = ['connect', 'stored', 'received'] as const
const percentiles = ['p50', 'p90', 'p99', 'p999', 'max', 'mean'] as const
const counts = ['lost', 'duplicated', 'reordered', 'gaps', 'errors', 'busy'] as const

const shape = /^(?:(connect|stored|received)\.)?([a-z0-9]+)\s*(>|<)\s*([\d.]+)\s*(ms|s|%)?$/

const help = `write [stage.]percentile>time or count>number: stages ${stages.join(', ')}; ${percentiles.join(', ')}; ${counts.join(', ')}`

const reader = (stage: string | undefined, name: string): ((report: LoadReport) => number) | undefined => {
  const percentile = percentiles.find((candidate) => candidate === name)
  if (percentile !== undefined) {
    const of = stages.find((candidate) => candidate === stage) ?? 'received'
    return ({ latencies }) => latencies[of][percentile]
  }
  switch (name) {
    case 'errors':
      return ({ totals }) => (totals.sent === 0 ? 0 : totals.refused / totals.sent)
    case 'busy':
      return ({ busy }) => busy.most
    case 'lost':
    case 'duplicated':
    case 'reordered':
    case 'gaps':
      return ({ verdict }) => verdict?.[name] ?? 0
    default:
      return undefined
  }
}

/** `p99>250ms`, `stored.p50>20ms`, `errors>1%`, `lost>0`, … Throws an error that lists the valid conditions. */
export const parseCondition = (text: string): Condition => {
  const [, stage, name = '', sign, number = '', unit] = shape.exec(text) ?? []
  const read = reader(stage, name)
  if (read === undefined) throw new Error(`--fail-if: "${text}" is not a condition; ${help}`)
  const limit =
    unit === 'ms' || unit === 's' ? parseDuration('--fail-if', `${number}${unit}`) : Number(number) / (unit === '%' ? 100 : 1)
  return { text, isMet: (report) => (sign === '>' ? read(report) > limit : read(report) < limit) }
}
