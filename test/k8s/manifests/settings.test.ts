import { describe, expect, it } from 'vitest'
import type { DistributedConfig } from '../../../shared/runtime/config.ts'
import { readConfigFor, readDistributedConfig } from '../../../shared/runtime/config.ts'
import { settings } from '../../../shared/runtime/settings.ts'
import type { Container } from '../support/objects.ts'
import type { Overlay } from '../support/rendered.ts'
import { containersOf, overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

const known = new Set([...Object.values(settings).flatMap((group) => Object.keys(group)), 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'])
const isSecret = /PASSWORD|SECRET|DATABASE_URL|REDIS_URL/

const containersOn = (overlay: Overlay): Container[] => rendered(overlay).ours.flatMap(({ pod }) => [...containersOf(pod)])

describe.each(overlays)('the settings of %s', (overlay) => {
  needsRenderer()

  it('are variables that the service has', () => {
    const { environment } = rendered(overlay)
    const services = containersOn(overlay).filter(({ image }) => image.includes('chat-service:'))
    expect(services.length).toBeGreaterThanOrEqual(5)
    const names = services.flatMap((container) => Object.keys(environment(container)))
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  it('let gateway and writer start', () => {
    const configs: DistributedConfig[] = [configOf(overlay, 'gateway'), configOf(overlay, 'writer')]
    for (const { port, internalPort, host } of configs) {
      expect({ port, internalPort, host }).toEqual({ port: 8080, internalPort: 8081, host: '0.0.0.0' })
    }
  })

  it('name the ports that the pods open', () => {
    for (const name of ['gateway', 'writer'] as const) {
      const { port, internalPort } = configOf(overlay, name)
      const { ports = [] } = rendered(overlay).ours.find((workload) => workload.name === name)?.pod.containers[0] ?? {}
      const open = Object.fromEntries(ports.map((one) => [one.name, one.containerPort]))
      expect(open).toEqual(name === 'gateway' ? { public: port, internal: internalPort } : { internal: internalPort })
    }
  })

  it('are the same for services and jobs, where both read them', () => {
    const { ofKind } = rendered(overlay)
    const maps = ofKind('ConfigMap').filter(({ metadata }) => /^chat-(admin-)?config/.test(metadata.name))
    expect(maps).toHaveLength(2)
    expect(maps[0]?.data).toEqual(maps[1]?.data)
  })

  it('hold no secret: those come by reference (C9)', () => {
    const { all, environment } = rendered(overlay)
    const inline = containersOn(overlay).flatMap((container) =>
      Object.entries(environment(container)).filter(([name, value]) => isSecret.test(name) && value !== 'secret'),
    )
    expect(inline).toEqual([])
    const maps = all.filter(({ kind }) => kind === 'ConfigMap')
    expect(JSON.stringify(maps)).not.toMatch(/:\/\/[^"/@:]+:[^"/@]+@/)
  })

  it('roll the pods when they change: the map is named by what it holds (C9)', () => {
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

  it('bring no Secret along, and ask for tokens (C9)', () => {
    expect(rendered('prod').ofKind('Secret')).toEqual([])
    const gateway = rendered('prod').ours.find(({ name }) => name === 'gateway')?.pod.containers[0]
    expect(rendered('prod').environment(gateway as Container)).toMatchObject({ AUTH: 'jwt' })
  })
})

describe('a setting that is wrong', () => {
  it('would be noticed', () => {
    expect(() => readDistributedConfig({ AUTH: 'off', PARTITIONS: 'many' })).toThrow(/PARTITIONS/)
    expect(() => readConfigFor(['kafkaBrokers'], {})).toThrow(/KAFKA_BROKERS/)
  })
})
