import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createRebalances } from '../../../infra/kafka/consumer/rebalances.ts'
import { prometheusRule } from '../../../infra/observability/prometheus-rule.ts'
import { createPoolMetrics } from '../../../infra/postgres/connection/pool-metrics.ts'
import { createCertificateMetrics } from '../../../infra/tls/certificate-metrics.ts'
import { createAuditMetrics } from '../../../services/admin/audit/audit-metrics.ts'
import { createPreSendCounter } from '../../../services/gateway/pre-send-hook.ts'
import { createPushMetrics, createRelayLag, createWebhookMetrics } from '../../../services/relay/relay-metrics.ts'
import { createWriterMetrics } from '../../../services/writer/writer-metrics.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import { metricsTable } from '../../../shared/runtime/observability/metrics-table.ts'
import { projectFolder } from '../../support/stack/replica.ts'

const folder = join(projectFolder, 'infra/observability')
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert?: string
      readonly record?: string
      readonly expr: string
      readonly annotations?: { readonly summary: string; readonly runbook_url: string }
    }[]
  }[]
}

const rules = (parse(read('rules.yaml')) as Rules).groups.flatMap((group) => group.rules)
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]))
const dashboards = readdirSync(join(folder, 'dashboards')).map((file) => `dashboards/${file}`)

interface Panel {
  readonly targets: readonly { readonly expr: string }[]
}

const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboards.flatMap((file) =>
    (JSON.parse(read(file)) as { panels: Panel[] }).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ),
]

const named = [...new Set(expressions.flatMap((expression) => expression.match(/\bchat_[a-z0-9_]+/g) ?? []))]

const base = (name: string): string => name.replace(/_(bucket|sum|count)$/, '')

/** The metrics of all processes, in one registry. */
const everyMetric = () => {
  const metrics = createMetrics()
  createWriterMetrics(metrics)
  createAuditMetrics(metrics.registry)
  createCertificateMetrics(metrics.registry, [])
  createRebalances(metrics.registry)
  createWebhookMetrics(metrics.registry)
  createPushMetrics(metrics.registry)
  createRelayLag(metrics.registry)
  createPreSendCounter(metrics.registry)
  createPoolMetrics(metrics.registry, () => ({ used: 1, waiting: 0, limit: 10 }))
  return metrics
}

const existing = async (): Promise<ReadonlySet<string>> => {
  const metrics = everyMetric()
  return new Set((await metrics.registry.getMetricsAsJSON()).map(({ name }) => name))
}

const sources = ['services', 'shared'].flatMap((part) =>
  readdirSync(join(projectFolder, part), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(projectFolder, part, file), 'utf8')),
)

describe('the rules and dashboards', () => {
  it('name only metrics that exist', async () => {
    const names = await existing()
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((name) => !names.has(name) && !names.has(base(name)))).toEqual([])
  })

  it('use every metric of the service', async () => {
    const watched = new Set(named.map(base))
    const ours = [...(await existing())].filter((name) => !/^chat_(process|nodejs)_/.test(name))
    expect(ours.filter((name) => !watched.has(name))).toEqual([])
  })

  it.each(Object.keys(metricsTable))('use a metric that the code updates: %s', (name) => {
    const isUsed = sources.some((source) => new RegExp(`\\b(metrics\\.|[{,]\\s*)${name}\\b[^:]`).test(source))
    expect(isUsed).toBe(true)
  })

  it('use names that follow the rules: prefix, base units, counters in _total', async () => {
    const metrics = everyMetric()
    for (const { name, type } of await metrics.registry.getMetricsAsJSON()) {
      expect(name).toMatch(/^chat_[a-z0-9_]+$/)
      expect(name).not.toMatch(/_(ms|milliseconds|kb|percent)\b/)
      if (!/^chat_(process|nodejs)_/.test(name)) expect(name.endsWith('_total')).toBe(String(type) === 'counter')
    }
  })

  it('use no label for a user or a room', () => {
    const labels = Object.values(metricsTable).flatMap((row) => [...row.labels])
    expect(labels.filter((label) => /user|room|chat|session|id$/.test(label))).toEqual([])
  })
})

describe('the alerts', () => {
  it.each(alerts)('have a section in the runbook: $alert', ({ alert, annotations }) => {
    expect(annotations?.runbook_url).toBe(`https://runbooks.example.com/chat/RUNBOOK.md#${alert.toLowerCase()}`)
    expect(read('RUNBOOK.md')).toMatch(new RegExp(`^## ${alert}\\n\\n\\S.{80,}`, 'm'))
  })

  it.each(alerts)('have tests that fire and tests that do not: $alert', ({ alert }) => {
    const tests = read('rules.test.yaml')
    expect(tests).toContain(`alertname: ${alert}, exp_alerts: [] }`)
    expect(tests).toMatch(new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n +- exp_labels`))
  })

  it.each(rules)('distinguish namespaces, so that one installation does not hide another: $expr', ({ expr }) => {
    expect(expr.match(/\b(sum|min|max|avg|group|count)\b(?! by \(namespace\b)/g)).toBeNull()
  })

  it('cover every section of the runbook', () => {
    const titles = [...read('RUNBOOK.md').matchAll(/^## (\w+)$/gm)].map(([, title]) => title)
    expect(titles).toEqual(alerts.map(({ alert }) => alert))
  })

  it('equal those of the Prometheus operator, which npm run docs writes', () => {
    expect(read('prometheus-rule.yaml')).toBe(prometheusRule())
    const spec = (parse(read('prometheus-rule.yaml')) as { spec: unknown }).spec
    expect(spec).toEqual(parse(read('rules.yaml')))
  })
})
