import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { projectFolder } from '../../support/stack/replica.ts'
import { containersOf, overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

const version = (parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly version: string }).version

describe.each(overlays)('the jobs of %s', (overlay) => {
  needsRenderer()

  it('make tables, then topics, in one job of the services own version (C12)', () => {
    const job = rendered(overlay).ours.find(({ object, name }) => object.kind === 'Job' && name.startsWith('migrate-'))
    if (job === undefined) throw new Error('there is no such job')
    expect(containersOf(job.pod).map(({ args }) => args)).toEqual([
      ['admin', 'migrate'],
      ['admin', 'topics'],
    ])
    const images = new Set(rendered(overlay).ours.flatMap(({ pod }) => containersOf(pod).map(({ image }) => image)))
    const [image = ''] = [...images].filter((one) => one.includes('chat-service:'))
    expect(job.name).toBe(`migrate-${image.split(':')[1]}`)
  })

  it('forget old rejections daily (C12)', () => {
    const { spec } = rendered(overlay).the('CronJob', 'prune')
    expect(spec).toMatchObject({ schedule: expect.stringMatching(/^\d+ \d+ \* \* \*$/) as string, concurrencyPolicy: 'Forbid' })
    expect(spec?.jobTemplate?.spec.template.spec.containers[0]?.args).toEqual(['admin', 'prune'])
  })
})

describe('the servers of prod', () => {
  needsRenderer()

  it('are three brokers, of which one may be away, and which lose nothing when two are not (C13)', () => {
    const { apiVersion, spec = {} } = rendered('prod').the('Kafka', 'chat')
    expect(apiVersion).toBe('kafka.strimzi.io/v1')
    const { config } = spec.kafka as { readonly config: Readonly<Record<string, unknown>> }
    expect(config).toMatchObject({
      'min.insync.replicas': 2,
      'default.replication.factor': 3,
      'unclean.leader.election.enable': 'false',
    })
    expect(rendered('prod').the('KafkaNodePool', 'broker').spec).toMatchObject({ replicas: 3, roles: ['broker'] })
    expect(configOf('prod', 'writer').replicationFactor).toBe(3)
  })

  it('let nobody come to Kafka but who is named (C13)', () => {
    const kafka = rendered('prod').the('Kafka', 'chat').spec?.kafka as {
      readonly listeners: readonly { readonly port: number; readonly networkPolicyPeers?: readonly unknown[] }[]
    }
    const ports = configOf('prod', 'writer').kafkaBrokers.map((broker) => Number(broker.split(':')[1]))
    const { listeners } = kafka
    expect(listeners.map(({ port }) => port)).toEqual(ports)
    for (const { networkPolicyPeers = [] } of listeners) expect(networkPolicyPeers.length).toBeGreaterThan(0)
  })

  it('are a Postgres that confirms nothing that is on one machine alone (C13)', () => {
    const { apiVersion, spec } = rendered('prod').the('Cluster', 'chat')
    expect(apiVersion).toBe('postgresql.cnpg.io/v1')
    expect(spec?.instances).toBeGreaterThanOrEqual(3)
    expect(spec?.postgresql).toMatchObject({ synchronous: { method: 'any', number: 1, dataDurability: 'required' } })
    expect(rendered('prod').ofKind('ScheduledBackup')).toHaveLength(1)
  })

  it('are asked for the version that this is', () => {
    const images = rendered('prod').ours.flatMap(({ pod }) => containersOf(pod).map(({ image }) => image))
    expect(new Set(images)).toEqual(new Set([`registry.example.com/chat-service:${version}`]))
  })
})
