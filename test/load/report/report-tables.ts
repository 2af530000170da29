import type { LatencySummary } from '../../support/load/latencies.ts'
import { mixText } from '../mix/mix.ts'
import { clockText, durationText, msText, percentText, whole } from '../tester/units.ts'
import { counted, htmlText, pairs, section, table } from './html.ts'
import type { ComparedValue, LoadReport } from './load-report.ts'

export const thresholdTable = ({ thresholds }: LoadReport): string => {
  if (thresholds.length === 0) return ''
  const kept = (value: number | undefined): string => (value === undefined ? '–' : '<b class="kept">✓ kept</b>')
  const rows = thresholds.map(({ name, failsIf, found, value, isMissed }) => [
    htmlText(name),
    htmlText(failsIf),
    htmlText(found),
    isMissed ? '<b class="missed">✗ missed</b>' : kept(value),
  ])
  return section('Thresholds', table(['', 'fails if', 'found', ''], rows))
}

const valueText = (value: number, unit: ComparedValue['unit']): string =>
  unit === 'ms' ? msText(value) : unit === 'share' ? percentText(value) : whole(value)

const changeText = ({ before, now }: ComparedValue): string => {
  if (before === now) return '±0 %'
  if (before === 0) return '–'
  const percent = ((now - before) / before) * 100
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent) >= 10 ? whole(Math.abs(percent)) : Math.abs(percent).toFixed(1)} %`
}

export const comparisonRows = (values: readonly ComparedValue[]): readonly (readonly [string, string, string, string])[] =>
  values.map((value) => [value.name, valueText(value.before, value.unit), valueText(value.now, value.unit), changeText(value)])

export const comparisonTable = ({ comparison }: LoadReport): string => {
  if (comparison === undefined) return ''
  const { startedAt, values, differences } = comparison
  const items = differences.map((difference) => `<li>${htmlText(difference)}</li>`).join('')
  const warning =
    differences.length === 0
      ? ''
      : `<p class="notice">The two runs had different options, so that their numbers differ for this reason too:</p><ul>${items}</ul>`
  const rows = comparisonRows(values).map((cells) => cells.map(htmlText))
  return section(
    `Compared with the run of ${htmlText(new Date(startedAt).toUTCString())}`,
    `${warning}${table(['', 'before', 'now', 'change'], rows)}`,
  )
}

const latencyCells = (name: string, { count, mean, p50, p90, p99, p999, max }: LatencySummary): readonly string[] => [
  htmlText(name),
  whole(count),
  ...[mean, p50, p90, p99, p999, max].map((ms) => (count === 0 ? '–' : msText(ms))),
]

export const latencyTable = ({ latencies, scenario }: LoadReport): string => {
  const { connect, stored, received } = latencies
  const rows = [
    latencyCells('connect → bound', connect),
    latencyCells('send → stored', stored),
    latencyCells('send → received', received),
    ...Object.entries(scenario?.actions ?? {}).map(([name, summary]) => latencyCells(name, summary)),
  ]
  const hint =
    'A latency counts from the time at which the message or the step was due, so that it includes stalls of the service and of the tester.'
  const head = ['', 'count', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max']
  return section('Latencies', `${table(head, rows)}<p class="hint">${hint}</p>`)
}

/** Each kind of commands apart, so that frequent messages do not hide a rare kind. */
export const kindTable = ({ kinds, shape }: LoadReport): string => {
  if (kinds === undefined) return ''
  const times = ({ count, p50, p99 }: LatencySummary): readonly string[] =>
    [p50, p99].map((ms) => (count === 0 ? '–' : msText(ms)))
  const rows = Object.entries(kinds).map(([kind, { sent, confirmed, refused, stored, received }]) => [
    htmlText(kind),
    shape.mix === undefined ? '–' : percentText((shape.mix[kind as keyof typeof kinds] ?? 0) / 100),
    ...[sent, confirmed, refused].map(whole),
    ...times(stored),
    ...times(received),
  ])
  const head = ['', 'share', 'sent', 'confirmed', 'refused or unknown', 'stored p50', 'p99', 'received p50', 'p99']
  const hint =
    shape.mix === undefined
      ? ''
      : '<p class="hint">A change that is due before there is a message to change is sent as a message.</p>'
  return section('Commands by kind', `${table(head, rows)}${hint}`)
}

const flowText = ({ do: name, ...fields }: { readonly do: string; readonly [field: string]: unknown }): string =>
  [name, ...Object.entries(fields).map(([field, value]) => `${field} ${value}`)].join(' ')

export const scenarioTable = ({ scenario }: LoadReport): string => {
  if (scenario === undefined) return ''
  const { name, model, flow, iterations, failedBy } = scenario
  const { started, completed, failed, dropped, interrupted } = iterations
  const steps = `<ol class="flow">${flow.map((step) => `<li>${htmlText(flowText(step))}</li>`).join('')}</ol>`
  const counts = pairs([
    ['started', whole(started)],
    ['completed', whole(completed)],
    ['failed', whole(failed)],
    ['dropped: all users were busy', whole(dropped)],
    ['interrupted by the end of the run', whole(interrupted)],
  ])
  const title = `Scenario${name === undefined ? '' : ` “${htmlText(name)}”`}, ${model} model`
  return section(
    title,
    `<div class="columns"><div><h2>Flow</h2>${steps}</div><div><h2>Iterations</h2>${counts}</div><div><h2>Failed steps</h2>${counted(failedBy)}</div></div>`,
  )
}

export const machineTable = ({ machines }: LoadReport): string => {
  if (machines === undefined) return ''
  const rows = machines.map(({ name, processes, clockOffsetMs, clockErrorMs }, place) => [
    htmlText(name),
    whole(processes),
    place === 0 ? 'the clock of the run' : `${clockOffsetMs < 0 ? '−' : '+'}${msText(Math.abs(clockOffsetMs))}`,
    place === 0 ? '' : `± ${msText(clockErrorMs)}`,
  ])
  const errors = machines.map(({ clockErrorMs }) => clockErrorMs).toSorted((a, b) => b - a)
  const most = (errors[0] ?? 0) + (errors[1] ?? 0)
  const hint = `“send → received” between two machines is accurate to ± ${msText(most)}: the clocks of the machines were compared at the start and at the end of the run, and all times are on the clock of the first one. “connect → bound” and “send → stored” use one clock only.`
  return section('Machines', `${table(['', 'processes', 'clock correction', 'accuracy'], rows)}<p class="hint">${hint}</p>`)
}

const rateRows = ({ shape, scenario }: LoadReport): readonly (readonly [string, string])[] => {
  const commands = shape.mix === undefined ? 'messages a second' : 'commands a second'
  const unit = scenario === undefined ? commands : scenario.model === 'open' ? 'iterations a second' : 'users in the flow'
  const stages = shape.stages ?? []
  if (stages.length === 0) return scenario?.model === 'closed' ? [] : [[unit, String(shape.rate)]]
  return [[`${unit}, by stage`, stages.map(({ durationMs, target }) => `${durationText(durationMs)}:${target}`).join(', ')]]
}

const asked = (report: LoadReport): readonly (readonly [string, string])[] => {
  const { urls, shape, seed, workers } = report
  return [
    ...urls.map((url, place) => [urls.length === 1 ? 'gateway' : `gateway ${place + 1}`, url] as const),
    ['users', whole(shape.users)],
    ['rooms, with members', `${whole(shape.rooms)}, ${shape.roomSize}`],
    ...rateRows(report),
    ...(shape.mix === undefined ? [] : [['mix', mixText(shape.mix)] as const]),
    ['characters of a message', shape.messageSize],
    ['for', clockText(shape.durationMs)],
    ['slow readers', percentText(shape.slowReaders)],
    ['drops a second', String(shape.dropsPerSecond)],
    ['processes', String(workers)],
    ['seed', String(seed)],
  ]
}

const totalsOf = ({ totals, busy }: LoadReport): readonly (readonly [string, string])[] => [
  ['commands sent', whole(totals.sent)],
  ['retries among them', whole(totals.sentAgain)],
  ['commands confirmed', whole(totals.confirmed)],
  ['frames received', whole(totals.frames)],
  ['bytes received', whole(totals.bytes)],
  ['connections', `${whole(totals.connects)}, ${whole(totals.failedConnects)} failed`],
  ['tester busy', `${percentText(busy.mean)} on average, ${percentText(busy.most)} at the most`],
]

/** The options and the counts of a run. */
export const optionsAndCounts = (report: LoadReport): string => `<section class="columns">
<div><h2>Options</h2>${pairs(asked(report))}</div>
<div><h2>Counts</h2>${pairs(totalsOf(report))}</div>
<div><h2>Refused or unknown</h2>${counted(report.refusedBy)}<h2>Sockets closed, by code</h2>${counted(report.closedBy)}</div>
</section>`
