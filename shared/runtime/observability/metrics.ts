import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { metricsTable } from './metrics-table.ts'
import { createProcessMetrics } from './process-metrics.ts'
import { QuickHistogram } from './quick-histogram.ts'

type MetricsTable = typeof metricsTable
type LabelOf<Name extends keyof MetricsTable> = MetricsTable[Name]['labels'][number]
type Kinds<Label extends string> = { counter: Counter<Label>; gauge: Gauge<Label>; histogram: QuickHistogram<Label> }

/** Every metric of the table, by its name in code. */
export type Metrics = { readonly [Name in keyof MetricsTable]: Kinds<LabelOf<Name>>[MetricsTable[Name]['kind']] } & {
  readonly registry: Registry
}

type MetricRow = MetricsTable[keyof MetricsTable]

const processesOf = (row: MetricRow): readonly string[] => ['gateway', 'embedded', ...('of' in row ? row.of : [])]

const startedAt0 = (counter: Counter, starts: readonly Readonly<Record<string, string>>[]): Counter => {
  for (const labels of starts) counter.inc({ ...labels }, 0)
  return counter
}

/** Registers the metric only in processes that have it; elsewhere it is never updated, and exporting it would mislead. */
const create = (row: MetricRow, registered: Registry, process: string): Counter | Gauge | QuickHistogram<string> => {
  const registry = processesOf(row).includes(process) ? registered : new Registry()
  const given = { name: row.name, help: row.help, labelNames: [...row.labels], registers: [registry] }
  if (row.kind === 'counter') return startedAt0(new Counter(given), 'starts' in row ? row.starts : [])
  if (row.kind === 'gauge') return new Gauge(given)
  return new QuickHistogram<string>({ ...row, registry })
}

/** Creates the metrics of the table and of the process (version, memory, CPU, event-loop lag). Call it once per registry. */
export const createMetrics = (registry: Registry = new Registry(), process = 'gateway'): Metrics => {
  collectDefaultMetrics({ register: registry, prefix: 'chat_' })
  createProcessMetrics(registry)
  const created = Object.entries(metricsTable).map(([name, row]) => [name, create(row, registry, process)])
  return { ...Object.fromEntries(created), registry } as Metrics
}
