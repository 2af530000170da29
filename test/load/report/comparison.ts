import type { ComparedValue, Comparison, LoadReport } from './load-report.ts'

type Compared = Pick<LoadReport, 'latencies' | 'totals' | 'sendingFrom' | 'sendingTo' | 'scenario'>

const perSecond = ({ totals, sendingFrom, sendingTo }: Compared): number =>
  totals.confirmed / Math.max(1, sendingTo - sendingFrom)

const errors = ({ totals }: Compared): number => (totals.sent === 0 ? 0 : totals.refused / totals.sent)

const stages = { connect: 'connect → bound', stored: 'send → stored', received: 'send → received' } as const
const percentiles = ['p50', 'p90', 'p99', 'max'] as const

const latencyValues = (before: Compared, now: Compared): readonly ComparedValue[] =>
  Object.entries(stages).flatMap(([key, name]) => {
    const [old, fresh] = [before.latencies[key as keyof typeof stages], now.latencies[key as keyof typeof stages]]
    if (old.count === 0 || fresh.count === 0) return []
    return percentiles.map(
      (percentile): ComparedValue => ({
        name: `${name}, ${percentile}`,
        unit: 'ms',
        before: old[percentile],
        now: fresh[percentile],
      }),
    )
  })

const actionValues = (before: Compared, now: Compared): readonly ComparedValue[] =>
  Object.entries(now.scenario?.actions ?? {}).flatMap(([name, { count, p99 }]) => {
    const old = before.scenario?.actions?.[name]
    return old === undefined || old.count === 0 || count === 0
      ? []
      : [{ name: `${name}, p99`, unit: 'ms', before: old.p99, now: p99 }]
  })

/** Options that change the load: with different values, the numbers of two runs are not comparable. */
const differencesOf = (before: LoadReport, now: LoadReport): readonly string[] => {
  const optionsOf = ({ shape, workers, scenario }: LoadReport): Record<string, unknown> => ({
    ...shape,
    // Reports of earlier versions have no stages.
    stages: shape.stages ?? [],
    workers,
    scenario: scenario && { model: scenario.model, flow: scenario.flow },
  })
  const [old, fresh] = [optionsOf(before), optionsOf(now)]
  return Object.keys(fresh).flatMap((name) => {
    const [was, is] = [JSON.stringify(old[name]) ?? 'none', JSON.stringify(fresh[name]) ?? 'none']
    return was === is ? [] : [`${name}: ${was} → ${is}`]
  })
}

export const compareReports = (before: LoadReport, now: LoadReport): Comparison => ({
  startedAt: before.startedAt,
  values: [
    { name: 'confirmed a second', unit: 'count', before: perSecond(before), now: perSecond(now) },
    { name: 'refused or unknown', unit: 'share', before: errors(before), now: errors(now) },
    ...latencyValues(before, now),
    ...actionValues(before, now),
  ],
  differences: differencesOf(before, now),
})
