import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { projectFolder } from '../../support/stack/replica.ts'
import type { Labels } from '../support/objects.ts'
import { indexed, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { prodWith } from '../support/with-component.ts'

const folder = join(projectFolder, 'infra/observability')
const rulesText = readFileSync(join(folder, 'rules.yaml'), 'utf8')

interface Scaled {
  readonly maxReplicaCount: number
  readonly triggers: readonly { readonly metadata: { readonly lagThreshold: string } }[]
}

interface Endpoint {
  readonly port: string
  readonly path: string
  readonly relabelings: readonly {
    readonly sourceLabels: readonly string[]
    readonly regex?: string
    readonly targetLabel: string
  }[]
}

describe('the monitoring of prod (C14)', () => {
  needsRenderer()
  const prod = () => rendered('prod')
  const service = () => prod().the('Service', 'internal')
  const monitor = () => prod().the('ServiceMonitor', 'chat').spec ?? {}

  it('scrapes every process of the service at its internal port, through one Service', () => {
    expect(service().metadata.labels).toMatchObject((monitor().selector as { readonly matchLabels: Labels }).matchLabels)
    const { selector, ports } = service().spec as {
      readonly selector: Labels
      readonly ports: readonly { readonly name: string; readonly targetPort: string }[]
    }
    expect((monitor().endpoints as readonly Endpoint[]).map(({ port, path }) => ({ port, path }))).toEqual([
      { port: ports[0]?.name, path: '/metrics' },
    ])
    const processes = prod().ours.filter(({ object }) => object.kind === 'Deployment')
    expect(processes.map(({ name }) => name).sort()).toEqual(['audit', 'gateway', 'writer'])
    for (const { object, pod } of processes) {
      expect(object.spec?.template?.metadata?.labels).toMatchObject(selector)
      expect(pod.containers[0]?.ports?.map(({ name }) => name)).toContain(ports[0]?.targetPort)
    }
  })

  it('sets the labels that rules and panels use', () => {
    const [endpoint] = monitor().endpoints as readonly Endpoint[]
    const labels = ['name', 'component'].map((label) => `__meta_kubernetes_pod_label_app_kubernetes_io_${label}`)
    const [relabeling = { regex: '' }, ...others] = endpoint?.relabelings ?? []
    expect(relabeling).toEqual({ sourceLabels: labels, separator: '-', regex: '(.+?)-?', targetLabel: 'component' })
    expect(others).toEqual([])
    // Prometheus matches the whole text, and replaces it by the first group.
    const componentOf = (...values: readonly string[]) => new RegExp(`^(?:${relabeling.regex})$`).exec(values.join('-'))?.[1]
    expect([componentOf('gateway', ''), componentOf('relay', 'search')]).toEqual(['gateway', 'relay-search'])
    const names = new Set(prod().ours.map(({ name }) => name))
    const watched = rulesText.matchAll(/component="(\w+)"/g)
    const called = new Set([...watched].map(([, name = '']) => name))
    expect(called.size).toBeGreaterThan(1)
    expect([...called].filter((name) => !names.has(name))).toEqual([])
  })

  it('has the rules and every dashboard', () => {
    expect(prod().the('PrometheusRule', 'chat').spec).toEqual(parse(rulesText))
    const dashboards = prod()
      .ofKind('ConfigMap')
      .filter(({ metadata }) => metadata.labels?.grafana_dashboard !== undefined)
    const files = dashboards.flatMap(({ data = {} }) => Object.keys(data))
    expect(files.sort()).toEqual(readdirSync(join(folder, 'dashboards')).sort())
  })

  it('has objects that kube-prometheus-stack selects', () => {
    const kinds = ['ServiceMonitor', 'PodMonitor', 'PrometheusRule']
    const objects = kinds.flatMap((kind) => prod().ofKind(kind))
    expect(objects.length).toBeGreaterThanOrEqual(5)
    for (const { metadata } of objects) expect(metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' })
  })

  it('pages for a lag at which the autoscaler has no further writer to add', () => {
    const { maxReplicaCount, triggers } = prod().the('ScaledObject', 'writer').spec as unknown as Scaled
    const [, threshold] = /chat_consumer_lag_records\{component="writer"\}\) > (\d+)/.exec(rulesText) ?? []
    expect(Number(threshold)).toBe(maxReplicaCount * Number(triggers[0]?.metadata.lagThreshold))
  })

  it('reports a lag at which the autoscaler has no further relay to add', () => {
    const { maxReplicaCount, triggers } = indexed(prodWith('relays/webhook')).the('ScaledObject', 'relay-search')
      .spec as unknown as Scaled
    const [, threshold] = /chat_relay_lag_records\) > (\d+)/.exec(rulesText) ?? []
    expect(Number(threshold)).toBe(maxReplicaCount * Number(triggers[0]?.metadata.lagThreshold))
  })

  it('exports the metrics of Kafka and Postgres that the alerts use', () => {
    const { data = {} } = prod().the('ConfigMap', 'chat-kafka-metrics')
    const ofKafka = [...rulesText.matchAll(/\bkafka_[a-z_]+/g)].map(([name]) => name)
    expect(ofKafka.length).toBeGreaterThan(0)
    for (const name of ofKafka) expect(data['rules.yaml']).toContain(`name: ${name}\n`)
    for (const { spec } of prod().ofKind('PodMonitor')) {
      const [endpoint] = (spec?.podMetricsEndpoints ?? []) as readonly Endpoint[]
      expect(endpoint?.relabelings).toEqual([{ targetLabel: 'part_of', replacement: 'chat' }])
    }
    const { kafka } = prod().the('Kafka', 'chat').spec as unknown as { readonly kafka: { readonly metricsConfig: unknown } }
    expect(kafka.metricsConfig).toEqual({
      type: 'jmxPrometheusExporter',
      valueFrom: { configMapKeyRef: { name: 'chat-kafka-metrics', key: 'rules.yaml' } },
    })
  })

  it('provides the metric of the gateway autoscaler', () => {
    const { triggers } = prod().the('ScaledObject', 'gateway').spec as unknown as {
      readonly triggers: readonly { readonly metadata: { readonly query: string } }[]
    }
    const [trigger] = triggers
    const { name, namespace } = service().metadata
    expect(trigger?.metadata.query).toBe(`sum(chat_sessions{namespace="${namespace}",service="${name}"})`)
  })
})
