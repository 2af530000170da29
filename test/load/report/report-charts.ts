import type { LatencySummary } from '../../support/load/latencies.ts'
import { axisText, clockText, msText, percentText, whole } from '../tester/units.ts'
import type { LoadReport, Second } from './load-report.ts'
import type { Chart, Series } from './svg-chart.ts'
import { legend, svgChart } from './svg-chart.ts'

const figure = (title: string, chart: Chart, isHalf = false): string => {
  const drawn = isHalf ? svgChart(chart, 'narrow') : svgChart(chart, 'wide') + svgChart(chart, 'narrow')
  const heading = `<figcaption>${title}<span class="keys">${legend(chart.series)}</span></figcaption>`
  return `<figure${isHalf ? ' class="half"' : ''}>${heading}${drawn}</figure>`
}

const pair = (...figures: readonly string[]): string => `<div class="pair">${figures.join('')}</div>`

type Of = (second: Second) => number

const lineFor =
  (seconds: readonly Second[]) =>
  (label: string, colour: string, of: Of, isFilled = false): Series => ({
    label,
    colour: `var(--${colour})`,
    points: seconds.map((second) => [Math.round(second.at * 10) / 10, of(second)] as const),
    isFilled,
  })

/** A second in which nothing arrived has no latency. */
const withoutZeros = (series: Series): Series => ({ ...series, points: series.points.filter(([, value]) => value > 0) })

/** Charts of values by second. */
export const timeCharts = ({ seconds, sendingFrom, sendingTo, scenario }: LoadReport): string => {
  if (seconds.length < 2) return ''
  const line = lineFor(seconds)
  const ends = [seconds.at(0)?.at ?? 0, seconds.at(-1)?.at ?? 0] as const
  const [from, to] = [Math.max(sendingFrom, ends[0]), Math.min(sendingTo, ends[1])]
  const shared = {
    xText: (x: number): string => clockText(x * 1_000),
    xs: ends,
    ...(to > from ? { band: { from, to, label: 'messages are sent' } } : {}),
  }
  const latency = [
    line('received, p99', 'red', ({ receivedP99 }) => receivedP99),
    line('stored, p99', 'amber', ({ storedP99 }) => storedP99),
    line('received, p50', 'blue', ({ receivedP50 }) => receivedP50),
    line('stored, p50', 'green', ({ storedP50 }) => storedP50),
  ].map(withoutZeros)
  const messages = [line('sent', 'blue', ({ sent }) => sent), line('confirmed', 'green', ({ confirmed }) => confirmed, true)]
  const iterations = [line('completed', 'green', ({ iterations: count = 0 }) => count, true)]
  const active = [line('users', 'violet', ({ active: count = 0 }) => count, true)]
  const hasScenario = scenario !== undefined || seconds.some((second) => second.active !== undefined)
  return [
    figure('Latency', { ...shared, series: latency, yText: axisText, valueText: msText }),
    figure('Messages a second', { ...shared, series: messages, yText: whole }),
    figure('Deliveries a second', {
      ...shared,
      series: [line('frames at the sockets', 'violet', ({ frames }) => frames, true)],
      yText: whole,
    }),
    hasScenario
      ? pair(
          figure('Iterations a second', { ...shared, series: iterations, yText: whole }, true),
          figure('Users in the flow', { ...shared, series: active, yText: whole }, true),
        )
      : '',
    pair(
      figure('Sockets', { ...shared, series: [line('open', 'blue', ({ open }) => open, true)], yText: whole }, true),
      figure(
        'Load of the tester',
        { ...shared, series: [line('busiest process', 'amber', ({ busy }) => busy, true)], yText: percentText, yLeast: 1 },
        true,
      ),
    ),
  ].join('')
}

/** Percentiles on a logarithmic scale: each further nine has the same width. */
const nines = (percentile: number): number => -Math.log10(Math.max(1 - percentile / 100, 1e-4))
const percentileText = (x: number): string => `${Number((100 * (1 - 10 ** -x)).toFixed(2))} %`

export const percentileChart = ({ latencies }: LoadReport): string => {
  const line = (label: string, colour: string, { curve: points }: LatencySummary): Series => ({
    label,
    colour: `var(--${colour})`,
    points: points.map(([percentile, ms]) => [nines(percentile), ms] as const),
  })
  const series = [line('received', 'blue', latencies.received), line('stored', 'green', latencies.stored)]
  const xMarks = [0, 50, 90, 99, 99.9, 99.99].map(nines)
  return figure('Latency by percentile', { series, xText: percentileText, xMarks, yText: axisText, valueText: msText })
}
