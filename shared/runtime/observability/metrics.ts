import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { metricsTable } from './metrics-table.ts'
import { QuickHistogram } from './quick-histogram.ts'

type MetricsTable = typeof metricsTable
type LabelOf<Name extends keyof MetricsTable> = MetricsTable[Name]['labels'][number]
type Kinds<Label extends string> = { counter: Counter<Label>; gauge: Gauge<Label>; histogram: QuickHistogram<Label> }

/** Every metric of the table, by its name in code. */
export type Metrics = { readonly [Name in keyof MetricsTable]: Kinds<LabelOf<Name>>[MetricsTable[Name]['kind']] } & {
  readonly registry: Registry
}

type MetricRow = MetricsTable[keyof MetricsTable]

const startedAt0 = (counter: Counter, starts: readonly Readonly<Record<string, string>>[]): Counter => {
  for (const labels of starts) counter.inc({ ...labels }, 0)
  return counter
}

const create = (row: MetricRow, registry: Registry): Counter | Gauge | QuickHistogram<string> => {
  const given = { name: row.name, help: row.help, labelNames: [...row.labels], registers: [registry] }
  if (row.kind === 'counter') return startedAt0(new Counter(given), 'starts' in row ? row.starts : [])
  if (row.kind === 'gauge') return new Gauge(given)
  return new QuickHistogram<string>({ ...row, registry })
}

/** Creates the metrics of the table and of the process (memory, CPU, event-loop lag). Call it once per registry. */
export const createMetrics = (registry: Registry = new Registry()): Metrics => {
  collectDefaultMetrics({ register: registry, prefix: 'chat_' })
  const created = Object.entries(metricsTable).map(([name, row]) => [name, create(row, registry)])
  return { ...Object.fromEntries(created), registry } as Metrics
}
