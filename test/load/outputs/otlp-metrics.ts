import type { Second } from '../report/load-report.ts'

interface Metric {
  readonly name: string
  readonly unit: string
  readonly description: string
  /** A sum grows with each second; a gauge is the value of one second. */
  readonly kind: 'sum' | 'gauge'
  readonly of: (second: Second) => number | undefined
}

const milliseconds = (name: string, description: string, of: Metric['of']): Metric => ({
  name,
  unit: 'ms',
  description,
  kind: 'gauge',
  // A second in which nothing arrived has no latency.
  of: (second) => of(second) || undefined,
})

const sum = (name: string, unit: string, description: string, of: Metric['of']): Metric => ({
  name,
  unit,
  description,
  kind: 'sum',
  of,
})
const gauge = (name: string, unit: string, description: string, of: Metric['of']): Metric => ({
  name,
  unit,
  description,
  kind: 'gauge',
  of,
})

/** The metrics that `--otlp` sends; the README has the same table. */
export const metrics: readonly Metric[] = [
  sum('load.messages.sent', '{message}', 'sendings, with retries', ({ sent }) => sent),
  sum('load.messages.confirmed', '{message}', 'confirmed commands', ({ confirmed }) => confirmed),
  sum('load.messages.refused', '{message}', 'refused commands, and commands with an unknown outcome', ({ refused }) => refused),
  sum('load.frames.received', '{frame}', 'frames at the sockets', ({ frames }) => frames),
  sum('load.iterations', '{iteration}', 'completed iterations of the scenario', ({ iterations }) => iterations),
  gauge('load.users.active', '{user}', 'users that run the scenario', ({ active }) => active),
  gauge('load.sockets.open', '{socket}', 'open sockets', ({ open }) => open),
  gauge('load.tester.busy', '1', 'load of the busiest process of the tester', ({ busy }) => busy),
  milliseconds('load.stored.p50', 'send → stored, median of a second', ({ storedP50 }) => storedP50),
  milliseconds('load.stored.p99', 'send → stored, 99th percentile of a second', ({ storedP99 }) => storedP99),
  milliseconds('load.received.p50', 'send → received, median of a second', ({ receivedP50 }) => receivedP50),
  milliseconds('load.received.p99', 'send → received, 99th percentile of a second', ({ receivedP99 }) => receivedP99),
]

/** The resource of the metrics. */
export interface Run {
  readonly startMs: number
  /** Distinguishes runs. */
  readonly id: string
}

const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`

const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } })

interface DataPoint {
  readonly metric: Metric
  readonly value: number
}

const cumulative = 2

const metricJson = ({ metric, value }: DataPoint, startMs: number, atMs: number): object => {
  const { name, unit, description, kind } = metric
  const times = { startTimeUnixNano: nanoseconds(startMs), timeUnixNano: nanoseconds(atMs) }
  if (kind === 'gauge') return { name, unit, description, gauge: { dataPoints: [{ ...times, asDouble: value }] } }
  const dataPoints = [{ ...times, asInt: String(value) }]
  return { name, unit, description, sum: { aggregationTemporality: cumulative, isMonotonic: true, dataPoints } }
}

/** Makes the OTLP/JSON request of each second; sums are cumulative. */
export const metricsRequests = (run: Run): ((second: Second, atMs: number) => object) => {
  const sums = new Map<string, number>()
  const attributes = [attribute('service.name', 'chat-load'), attribute('service.instance.id', run.id)]
  const pointOf = (metric: Metric, second: Second): readonly DataPoint[] => {
    const value = metric.of(second)
    if (value === undefined) return []
    if (metric.kind === 'gauge') return [{ metric, value }]
    const total = (sums.get(metric.name) ?? 0) + value
    sums.set(metric.name, total)
    return [{ metric, value: total }]
  }
  return (second, atMs) => {
    const points = metrics.flatMap((metric) => pointOf(metric, second))
    const scopeMetrics = [{ scope: { name: 'chat-load' }, metrics: points.map((point) => metricJson(point, run.startMs, atMs)) }]
    return { resourceMetrics: [{ resource: { attributes }, scopeMetrics }] }
  }
}
