import { describe, expect, it } from 'vitest'
import type { PolicySpec, Rule } from '../support/network-rules.ts'
import { selects } from '../support/network-rules.ts'
import type { Labels } from '../support/objects.ts'
import type { Overlay } from '../support/rendered.ts'
import { overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

interface Policy extends PolicySpec {
  readonly name: string
}

const policiesOf = (overlay: Overlay): readonly Policy[] =>
  rendered(overlay)
    .ofKind('NetworkPolicy')
    .map(({ metadata, spec }) => ({ name: metadata.name, ...spec }) as unknown as Policy)

const ofPod = (name: string): Labels => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'chat' })

const rulesFor = (overlay: Overlay, way: 'ingress' | 'egress', name: string): readonly Rule[] =>
  policiesOf(overlay)
    .filter(({ podSelector }) => selects(podSelector, ofPod(name)))
    .flatMap((policy) => policy[way] ?? [])

const portsOf = (rules: readonly Rule[]): (string | number)[] => [
  ...new Set(rules.flatMap(({ ports = [{ port: 'all', protocol: '' }] }) => ports.map(({ port }) => port))),
]

describe.each(overlays)('the network of %s', (overlay) => {
  needsRenderer()

  it('denies ingress and egress by default (C6)', () => {
    const closed = policiesOf(overlay).find(({ name }) => name === 'default-deny')
    expect(closed).toEqual({ name: 'default-deny', podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  })

  it('allows clients to reach only the public port of gateways (C6)', () => {
    expect(portsOf(rulesFor(overlay, 'ingress', 'gateway'))).toEqual(['public', 'internal'])
    expect(portsOf(rulesFor(overlay, 'ingress', 'writer'))).toEqual(['internal'])
    expect(portsOf(rulesFor(overlay, 'ingress', 'audit'))).toEqual(['internal'])
    for (const job of ['admin', 'sweep']) expect(rulesFor(overlay, 'ingress', job)).toEqual([])
  })

  it('allows only Prometheus to reach the internal port (C6)', () => {
    for (const name of ['gateway', 'writer', 'audit']) {
      const internal = rulesFor(overlay, 'ingress', name).filter(({ ports }) => ports?.some(({ port }) => port === 'internal'))
      expect(internal.flatMap(({ from }) => from)).toEqual([
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
      ])
    }
  })

  it('allows services to reach only DNS, Kafka, Postgres and Redis (C6)', () => {
    const { kafkaBrokers } = configOf(overlay, 'gateway')
    const kafkaPort = Number(kafkaBrokers[0]?.split(':')[1])
    const keys = configOf(overlay, 'gateway').access.jwt === undefined ? [] : [443]
    expect(new Set(portsOf(rulesFor(overlay, 'egress', 'gateway')))).toEqual(new Set([53, kafkaPort, 5432, 6379, ...keys]))
    expect(new Set(portsOf(rulesFor(overlay, 'egress', 'writer')))).toEqual(new Set([53, kafkaPort, 5432, 6379]))
    expect(new Set(portsOf(rulesFor(overlay, 'egress', 'audit')))).toEqual(new Set([53, kafkaPort, 5432, 6379]))
    expect(new Set(portsOf(rulesFor(overlay, 'egress', 'admin')))).toEqual(new Set([53, kafkaPort, 5432]))
    expect(new Set(portsOf(rulesFor(overlay, 'egress', 'sweep')))).toEqual(new Set([53, 5432]))
  })

  it('names the peers of each rule, except for clients (C6)', () => {
    const open = policiesOf(overlay).flatMap(({ name, ingress = [], egress = [] }) =>
      [...ingress, ...egress].some(({ from, to }) => (from ?? to ?? []).length === 0) ? [name] : [],
    )
    expect(open).toEqual(overlay === 'prod' ? [] : ['to-gateway'])
  })

  it('allows the DNS of the cluster over UDP and TCP (C6)', () => {
    const names = policiesOf(overlay).find(({ name }) => name === 'to-names')
    expect(names?.podSelector).toEqual({})
    expect(names?.egress?.[0]?.ports).toEqual([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ])
  })

  it('has a Service only for the public port (C10)', () => {
    const { ports } = rendered(overlay).the('Service', 'gateway').spec ?? {}
    expect(ports).toEqual([{ name: 'public', port: 80, targetPort: 'public', appProtocol: 'kubernetes.io/ws' }])
  })

  it('pings a silent socket long before the timeout of any proxy (C10)', () => {
    const { socketPingMs } = configOf(overlay, 'gateway').times
    // The defaults of nginx, HAProxy, Envoy and cloud load balancers are at least 60 s.
    expect(socketPingMs).toBeLessThanOrEqual(30_000)
  })
})

describe('the network of dev', () => {
  needsRenderer()

  it('allows the same connections into Kafka, Postgres and Redis as out of the services', () => {
    for (const [name, port] of Object.entries({ kafka: 9092, postgres: 5432, redis: 6379 })) {
      const policies = policiesOf('dev')
      const out = policies.find((policy) => policy.name === `to-${name}`)
      const into = policies.find((policy) => policy.name === `into-${name}`)
      expect(into?.ingress?.[0]?.from).toEqual([{ podSelector: out?.podSelector }])
      expect(into?.ingress?.[0]?.ports).toEqual([{ port, protocol: 'TCP' }])
    }
  })
})

describe('the network of the Redis of prod', () => {
  needsRenderer()

  it('allows the same pods to connect as the policy of the services', () => {
    const into = policiesOf('prod').find(({ name }) => name === 'into-redis')
    const out = policiesOf('prod').find(({ name }) => name === 'to-redis')
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'chat' } }
    expect(into?.ingress?.[0]?.from).toEqual([{ namespaceSelector, podSelector: out?.podSelector }])
  })
})

describe('the public route of prod', () => {
  needsRenderer()

  it('is an HTTPRoute to the public port, without a time limit on sockets (C10)', () => {
    const route = rendered('prod').the('HTTPRoute', 'chat').spec ?? {}
    const rules = route.rules as readonly { readonly backendRefs: unknown; readonly timeouts: unknown }[]
    expect(rules.map(({ backendRefs, timeouts }) => ({ backendRefs, timeouts }))).toEqual([
      { backendRefs: [{ name: 'gateway', port: 80 }], timeouts: { request: '0s', backendRequest: '0s' } },
    ])
    expect(rendered('prod').ofKind('Ingress')).toEqual([])
  })

  it('does not route to the internal port (C10)', () => {
    const { spec } = rendered('prod').the('Service', 'internal')
    expect(spec?.clusterIP).toBe('None')
    const routed = JSON.stringify([...rendered('prod').ofKind('HTTPRoute'), ...rendered('prod').ofKind('Gateway')])
    expect(routed).not.toMatch(/internal|8081/)
  })

  it('is encrypted, with a certificate from a Secret (C10)', () => {
    const { listeners } = rendered('prod').the('Gateway', 'chat').spec ?? {}
    expect(listeners).toEqual([
      expect.objectContaining({
        protocol: 'HTTPS',
        tls: { mode: 'Terminate', certificateRefs: [{ name: 'chat-certificate' }] },
      }),
    ])
  })
})
