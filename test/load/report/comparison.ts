import type { CommandKind } from '../../support/load/command-kinds.ts'
import type { EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import { ephemeralKindsOf, mixText } from '../mix/mix.ts'
import { durationText } from '../tester/units.ts'
import type { ComparedValue, Comparison, LoadReport } from './load-report.ts'

type Compared = Pick<LoadReport, 'latencies' | 'totals' | 'sendingFrom' | 'sendingTo' | 'scenario' | 'kinds' | 'ephemeral'>

const perSecond = ({ latencies, sendingFrom, sendingTo }: Compared): number =>
  latencies.stored.count / Math.max(1, sendingTo - sendingFrom)

const errors = ({ totals }: Compared): number => (totals.sent === 0 ? 0 : totals.refused / totals.sent)

const stages = { connect: 'connect → bound', stored: 'send → stored', received: 'send → received' } as const
const percentiles = ['p50', 'p99'] as const

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

/** The kinds other than messages; `latencyValues` has the messages. */
const kindValues = (before: Compared, now: Compared): readonly ComparedValue[] =>
  Object.entries(now.kinds ?? {}).flatMap(([kind, { stored, received }]) => {
    const old = before.kinds?.[kind as CommandKind]
    if (old === undefined || kind === 'messages') return []
    const pairs = { stored: [old.stored, stored], received: [old.received, received] } as const
    return Object.entries(pairs).flatMap(([stage, [was, is]]): ComparedValue[] =>
      was.count === 0 || is.count === 0 ? [] : [{ name: `${kind}, ${stage}, p99`, unit: 'ms', before: was.p99, now: is.p99 }],
    )
  })

const ephemeralValues = (before: Compared, now: Compared): readonly ComparedValue[] =>
  Object.entries(now.ephemeral?.kinds ?? {}).flatMap(([kind, { latency }]): ComparedValue[] => {
    const old = before.ephemeral?.kinds[kind as EphemeralKind]?.latency
    return old === undefined || old.count === 0 || latency.count === 0
      ? []
      : [{ name: `${kind}, p99`, unit: 'ms', before: old.p99, now: latency.p99 }]
  })

const stagesText = ({ stages = [], rate, durationMs }: Partial<LoadReport['shape']>): string =>
  stages.length === 0
    ? `${rate} for ${durationText(durationMs ?? 0)}`
    : stages.map((stage) => `${durationText(stage.durationMs)}:${stage.target}`).join(', ')

/** Options that change the load, as texts; reports of earlier versions have no stages and no scenario. */
const optionsOf = ({ shape, workers, machines, scenario }: LoadReport): Readonly<Record<string, string>> => ({
  users: String(shape.users),
  rooms: String(shape.rooms),
  'members of a room': shape.roomSize,
  'characters of a message': shape.messageSize,
  mix: mixText(shape.mix ?? { messages: 100 }),
  'rate or stages': stagesText(shape),
  ramp: durationText(shape.rampMs),
  'slow readers': String(shape.slowReaders),
  'drops a second': String(shape.dropsPerSecond),
  processes: String(machines?.reduce((sum, { processes }) => sum + processes, 0) ?? workers),
  scenario:
    scenario === undefined
      ? 'none'
      : [
          `${scenario.model}: ${scenario.flow.map((step) => Object.values(step).join(' ')).join(', ')}`,
          ...ephemeralKindsOf(scenario),
        ].join(', '),
})

/** With different options, the numbers of two runs are not comparable. */
const differencesOf = (before: LoadReport, now: LoadReport): readonly string[] => {
  const old = optionsOf(before)
  return Object.entries(optionsOf(now)).flatMap(([name, is]) => (old[name] === is ? [] : [`${name}: ${old[name]} → ${is}`]))
}

export const compareReports = (before: LoadReport, now: LoadReport): Comparison => ({
  startedAt: before.startedAt,
  values: [
    { name: 'messages confirmed a second', unit: 'count', before: perSecond(before), now: perSecond(now) },
    { name: 'refused or unknown', unit: 'share', before: errors(before), now: errors(now) },
    ...latencyValues(before, now),
    ...actionValues(before, now),
    ...kindValues(before, now),
    ...ephemeralValues(before, now),
  ],
  differences: differencesOf(before, now),
})
