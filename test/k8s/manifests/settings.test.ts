import { BlockList, isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isAcceptedHost } from '../../../services/gateway/admission/origin.ts'
import type { DistributedConfig } from '../../../shared/runtime/config/config.ts'
import { readConfigFor, readDistributedConfig } from '../../../shared/runtime/config/config.ts'
import { settings } from '../../../shared/runtime/config/settings.ts'
import type { Container } from '../support/objects.ts'
import type { Overlay } from '../support/rendered.ts'
import { containersOf, overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf, secretsOf } from '../support/service-config.ts'

const known = new Set([...Object.values(settings).flatMap((group) => Object.keys(group)), 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'])
const isSecret = /PASSWORD|SECRET|DATABASE_URL|REDIS_URL/

const containersOn = (overlay: Overlay): Container[] => rendered(overlay).ours.flatMap(({ pod }) => [...containersOf(pod)])

describe.each(overlays)('the settings of %s', (overlay) => {
  needsRenderer()

  it('are variables of the service', () => {
    const { environment } = rendered(overlay)
    const services = containersOn(overlay).filter(({ image }) => image.includes('chat-service:'))
    expect(services.length).toBeGreaterThanOrEqual(7)
    const names = services.flatMap((container) => Object.keys(environment(container)))
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  it('are a valid configuration of gateway and writer', () => {
    const configs: DistributedConfig[] = [configOf(overlay, 'gateway'), configOf(overlay, 'writer')]
    for (const { port, internalPort, host } of configs) {
      expect({ port, internalPort, host }).toEqual({ port: 8080, internalPort: 8081, host: '0.0.0.0' })
    }
  })

  it('match the ports of the pods', () => {
    for (const name of ['gateway', 'writer'] as const) {
      const { port, internalPort } = configOf(overlay, name)
      const { ports = [] } = rendered(overlay).ours.find((workload) => workload.name === name)?.pod.containers[0] ?? {}
      const open = Object.fromEntries(ports.map((one) => [one.name, one.containerPort]))
      expect(open).toEqual(name === 'gateway' ? { public: port, internal: internalPort } : { internal: internalPort })
    }
  })

  it('are equal for services and jobs if both read them', () => {
    const { ofKind } = rendered(overlay)
    const maps = ofKind('ConfigMap').filter(({ metadata }) => /^chat-(admin-)?config/.test(metadata.name))
    expect(maps).toHaveLength(2)
    expect(maps[0]?.data).toEqual(maps[1]?.data)
  })

  it('contain no secret: secrets come from Secrets (C9)', () => {
    const { all, environment } = rendered(overlay)
    const inline = containersOn(overlay).flatMap((container) =>
      Object.entries(environment(container)).filter(([name, value]) => isSecret.test(name) && value !== 'secret'),
    )
    expect(inline).toEqual([])
    const maps = all.filter(({ kind }) => kind === 'ConfigMap')
    expect(JSON.stringify(maps)).not.toMatch(/:\/\/[^"/@:]+:[^"/@]+@/)
  })

  it('roll the pods when they change, because the name of the ConfigMap contains a hash (C9)', () => {
    const names = ['gateway', 'writer'].flatMap((name) =>
      (rendered(overlay).ours.find((one) => one.name === name)?.pod.containers[0]?.envFrom ?? []).map(
        ({ configMapRef }) => configMapRef.name,
      ),
    )
    expect(names).toHaveLength(2)
    for (const name of names) expect(name).toMatch(/^chat-config-[a-z0-9]{10}$/)
  })
})

describe('the settings of prod', () => {
  needsRenderer()

  it('contain no Secret object, and require tokens (C9)', () => {
    expect(rendered('prod').ofKind('Secret')).toEqual([])
    const gateway = rendered('prod').ours.find(({ name }) => name === 'gateway')?.pod.containers[0]
    expect(rendered('prod').environment(gateway as Container)).toMatchObject({ AUTH: 'jwt' })
  })
})

describe('the load of load-test', () => {
  needsRenderer()

  it('connects to a host that a gateway without authentication accepts', () => {
    const { ofKind, environment } = rendered('load-test')
    const job = ofKind('Job').find(({ metadata }) => metadata.name === 'load')
    const { containers } = (job as unknown as { spec: { template: { spec: { containers: [Container] } } } }).spec.template.spec
    const { host } = new URL(environment(containers[0]).TARGET ?? '')
    const { allowedOrigins, jwt } = configOf('load-test', 'gateway').access
    expect(jwt).toBeUndefined()
    expect(isAcceptedHost({ rawHeaders: ['Host', host] }, { allowed: allowedOrigins, isOpen: true })).toBe(true)
  })
})

describe('the connections of prod to Kafka, Redis and Postgres', () => {
  needsRenderer()

  const ca = '/etc/chat-ca/ca.crt'

  it('are encrypted, and trust one CA file, which is mounted into every container of ours (C9)', () => {
    for (const name of ['gateway', 'writer'] as const) {
      const { kafkaTls, redisTls } = configOf('prod', name).security
      expect([kafkaTls, redisTls]).toEqual([expect.objectContaining({ ca }), expect.objectContaining({ ca })])
    }
    const mounts = containersOn('prod').map(({ volumeMounts = [] }) =>
      volumeMounts.find(({ mountPath }) => ca.startsWith(`${mountPath}/`)),
    )
    expect(mounts).toHaveLength(9)
    expect(new Set(mounts.map((mount) => JSON.stringify(mount)))).toEqual(
      new Set([JSON.stringify({ mountPath: '/etc/chat-ca', name: 'ca', readOnly: true })]),
    )
  })

  it('cannot be unencrypted: the services do not start with such an address in a Secret', () => {
    const clear = { ...secretsOf('prod'), REDIS_URL: 'redis://redis:6379' }
    for (const name of ['gateway', 'writer'] as const) expect(() => configOf('prod', name, clear)).toThrow(/REDIS_CA/)
  })

  it('use a separate user for each service, with a password from a Secret (C9)', () => {
    const logins = rendered('prod').ours.flatMap(({ pod, name }) =>
      containersOf(pod).flatMap<readonly unknown[]>(({ env = [] }) => {
        const password = env.find((one) => one.name === 'KAFKA_PASSWORD')?.valueFrom as { readonly secretKeyRef: unknown }
        if (name === 'sweep') return password === undefined ? [] : [['sweep needs no login to Kafka']]
        return [[name.replace(/-.*/, ''), env.find((one) => one.name === 'KAFKA_USERNAME')?.value, password.secretKeyRef]]
      }),
    )
    const key = 'kafka-password'
    const ofAdmin = ['admin', { name: 'chat-admin', key }]
    expect(logins).toEqual([
      ['audit', 'audit', { name: 'chat-audit', key }],
      ['gateway', 'gateway', { name: 'chat-gateway', key }],
      ['writer', 'writer', { name: 'chat-writer', key }],
      ['expire', ...ofAdmin],
      ['prune', ...ofAdmin],
      ['migrate', ...ofAdmin],
      ['migrate', ...ofAdmin],
      ['migrate', ...ofAdmin],
    ])
    const { kafkaLogin } = configOf('prod', 'gateway').security
    expect(kafkaLogin).toMatchObject({ mechanism: 'scram-sha-512', username: 'gateway' })
  })
})

describe('a gateway behind a proxy', () => {
  needsRenderer()

  it.each(overlays)('trusts the proxy, so that clients do not share one address and its limits: %s', (overlay) => {
    const { ofKind } = rendered(overlay)
    const isBehind = ofKind('Gateway').length + ofKind('Ingress').length > 0
    expect(configOf(overlay, 'gateway').access.trustedProxies.length > 0).toBe(isBehind)
  })

  it.each(overlays)('trusts only the addresses of the proxies, not a network with other addresses: %s', (overlay) => {
    for (const network of configOf(overlay, 'gateway').access.trustedProxies) {
      const [address = '', prefix = ''] = network.split('/')
      const kind = isIP(address) === 4 ? 'ipv4' : 'ipv6'
      const fewestBits = { ipv4: 24, ipv6: 64 }[kind]
      if (prefix !== '') expect(Number(prefix), network).toBeGreaterThanOrEqual(fewestBits)
      const trusted = new BlockList()
      trusted.addSubnet(address, Number(prefix || (kind === 'ipv4' ? 32 : 128)), kind)
      const named = JSON.stringify(rendered(overlay).ofKind('NetworkPolicy')).matchAll(/"cidr":"([^/"]+)\/(\d+)"/g)
      const others = [...named].flatMap(([, other = '', bits = '0']) => (Number(bits) === 0 ? [] : [other]))
      expect(others.filter((other) => trusted.check(other, isIP(other) === 4 ? 'ipv4' : 'ipv6'))).toEqual([])
    }
  })
})

describe('an invalid setting', () => {
  it('is detected by these tests', () => {
    expect(() => readDistributedConfig({ AUTH: 'off', PARTITIONS: 'many' })).toThrow(/PARTITIONS/)
    expect(() => readConfigFor(['kafkaBrokers'], {})).toThrow(/KAFKA_BROKERS/)
  })
})
