import type { CommandKind } from '../../support/load/command-kinds.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import type { EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import { ephemeralKinds } from '../ephemeral/ephemeral-counts.ts'
import type { LoadReport, ThresholdResult } from '../report/load-report.ts'
import { msText, parseDuration, percentText, whole } from './units.ts'

/** The numbers of a run that a threshold can read. */
export type Measured = Pick<LoadReport, 'latencies' | 'totals' | 'busy' | 'verdict' | 'scenario' | 'kinds' | 'ephemeral'>

/** A condition of `--fail-if`. */
export interface Threshold {
  readonly text: string
  readonly evaluate: (measured: Measured) => ThresholdResult
}

/** What a run measures, which decides which thresholds are possible. */
export interface Measurable {
  readonly isChecked: boolean
  /** The actions of the scenario whose durations are measured; undefined without a scenario. */
  readonly actions?: readonly string[]
  /** The kinds of commands that are reported apart; none for a run with messages only. */
  readonly kinds?: readonly CommandKind[]
  readonly ephemeral?: readonly EphemeralKind[]
}

type Read = (measured: Measured) => number | undefined

const stages = ['connect', 'stored', 'received'] as const
const percentiles = ['p50', 'p90', 'p99', 'p999', 'max', 'mean'] as const
const violations = ['lost', 'duplicated', 'reordered', 'gaps'] as const
const shares = ['errors', 'busy'] as const
const scenarioShares = ['failed', 'dropped'] as const

const shape = /^(?:([a-z-]+)\.)?([a-z0-9]+)\s*(>|<)\s*([\d.]+)\s*(ms|s|m|min|%)?$/

const isOneOf = <Name extends string>(names: readonly Name[], name: string): name is Name =>
  (names as readonly string[]).includes(name)

/** The stages of each kind: `edits-stored`, `edits-received`; `typing`. */
const kindStages = ({ kinds = [], ephemeral = [] }: Measurable): readonly string[] => [
  ...kinds.flatMap((kind) => [`${kind}-stored`, `${kind}-received`]),
  ...ephemeral,
]

const helpFor = (measurable: Measurable): string => {
  const { actions } = measurable
  const counts = [...violations, ...shares, ...(actions === undefined ? [] : scenarioShares)]
  return `write [stage.]percentile>time or count>number: stages ${[...stages, ...kindStages(measurable), ...(actions ?? [])].join(', ')}; ${percentiles.join(', ')}; ${counts.join(', ')}`
}

const summaryOf = ({ latencies, scenario, kinds, ephemeral }: Measured, stage: string): LatencySummary | undefined => {
  if (isOneOf(stages, stage)) return latencies[stage]
  if (isOneOf(ephemeralKinds, stage)) return ephemeral?.kinds[stage]?.latency
  const [kind, end] = stage.split('-')
  const ofKind = kinds?.[kind as CommandKind]
  if (ofKind !== undefined && (end === 'stored' || end === 'received')) return ofKind[end]
  return scenario?.actions[stage]
}

/** A percentile of no values is not a number to compare. */
const percentileReader =
  (stage: string, percentile: (typeof percentiles)[number]): Read =>
  (measured) => {
    const summary = summaryOf(measured, stage)
    return summary === undefined || summary.count === 0 ? undefined : summary[percentile]
  }

const share = (part: number, of: number): number => (of === 0 ? 0 : part / of)

const shareReaders: Readonly<Record<(typeof shares)[number] | (typeof scenarioShares)[number], Read>> = {
  errors: ({ totals }) => share(totals.refused, totals.sent),
  busy: ({ busy }) => busy.most,
  failed: ({ scenario }) => share(scenario?.iterations.failed ?? 0, scenario?.iterations.started ?? 0),
  dropped: ({ scenario }) => {
    const { started = 0, dropped = 0 } = scenario?.iterations ?? {}
    return share(dropped, started + dropped)
  },
}

interface Reader {
  readonly name: string
  readonly read: Read
  readonly show: (value: number) => string
}

const readerFor = (stage: string | undefined, name: string, measurable: Measurable): Reader | undefined => {
  if (isOneOf(percentiles, name)) {
    const of = stage ?? 'received'
    const isKnown = isOneOf([...stages, ...kindStages(measurable), ...(measurable.actions ?? [])], of)
    return isKnown ? { name: `${of} ${name}`, read: percentileReader(of, name), show: msText } : undefined
  }
  if (stage !== undefined) return undefined
  if (isOneOf(violations, name)) return { name, read: ({ verdict }) => verdict?.[name], show: whole }
  const isShare = isOneOf(shares, name) || (measurable.actions !== undefined && isOneOf(scenarioShares, name))
  return isShare ? { name, read: shareReaders[name as keyof typeof shareReaders], show: percentText } : undefined
}

const limitOf = (number: string, unit: string | undefined): number =>
  unit === undefined || unit === '%' ? Number(number) / (unit === '%' ? 100 : 1) : parseDuration('--fail-if', `${number}${unit}`)

/** `p99>250ms`, `stored.p50>20ms`, `errors>1%`, `lost>0`, … Throws an error that lists the valid conditions. */
export const parseThreshold = (text: string, measurable: Measurable): Threshold => {
  const [, stage, name = '', sign = '>', number = '', unit] = shape.exec(text) ?? []
  const reader = readerFor(stage, name, measurable)
  if (reader === undefined) throw new Error(`--fail-if: "${text}" is not a condition; ${helpFor(measurable)}`)
  if (isOneOf(violations, name) && !measurable.isChecked)
    throw new Error(`--fail-if: "${text}" needs the check of the frames; remove --no-check`)
  const limit = limitOf(number, unit)
  if (Number.isNaN(limit)) throw new Error(`--fail-if: "${number}" in "${text}" is not a number`)
  return {
    text,
    evaluate: (measured) => {
      const value = reader.read(measured)
      // Without a value nothing shows that the limit is kept.
      const isMissed = value === undefined || (sign === '>' ? value > limit : value < limit)
      const found = value === undefined ? 'no values' : reader.show(value)
      return {
        text,
        name: reader.name,
        failsIf: `${sign} ${reader.show(limit)}`,
        found,
        ...(value === undefined ? {} : { value }),
        isMissed,
      }
    },
  }
}
