import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { relayGroup, topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { readRelayConfig } from '../../../shared/runtime/config/config.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import { chartObjects, needsHelm, productionValues } from '../support/helm.ts'
import type { Connection } from '../support/network-rules.ts'
import { isAllowed } from '../support/network-rules.ts'
import type { Container, KubernetesObject, Labels } from '../support/objects.ts'
import { readmeText } from '../support/readme-commands.ts'
import { indexed } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { comparable } from '../support/same-objects.ts'
import { flawsOf } from '../support/schema-check.ts'
import { secretNames, secretsOf } from '../support/service-config.ts'
import { prodWith, withFolders } from '../support/with-component.ts'

/** The prod overlay with the lines of k8s/README.md. */
const withRelays = (): readonly KubernetesObject[] => prodWith('relays/webhook')

const key = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const logins = ['DATABASE_URL chat-relay', 'KAFKA_PASSWORD chat-relay']

/** What distinguishes the relays of the sinks. */
const sinks = {
  webhook: {
    secrets: [...logins, 'WEBHOOK_SECRETS chat-webhooks'],
    config: { sink: 'webhook', webhook: { url: 'https://hooks.example.com/chat', secrets: [key] } },
    goesOut: true,
    asksRedis: false,
  },
  search: { secrets: logins, config: { sink: 'search' }, goesOut: false, asksRedis: false },
  push: {
    secrets: [...logins, 'REDIS_URL chat-relay', 'WEBHOOK_SECRETS chat-webhooks'],
    config: { sink: 'push', push: { url: 'https://push.example.com/chat', secrets: [key] } },
    goesOut: true,
    asksRedis: true,
  },
} as const

describe.each(Object.entries(sinks))('the relay of the sink %s in prod', (sink, { secrets, config, goesOut, asksRedis }) => {
  needsRenderer()
  const name = `relay-${sink}`
  const objects = () => indexed(withRelays())
  const pod = (wanted: string) => objects().ours.find((workload) => workload.name === wanted)?.pod
  const container = (): Container => {
    const [first] = pod(name)?.containers ?? []
    if (first === undefined) throw new Error(`there is no ${name}`)
    return first
  }

  it('has a valid configuration, with the logins of relays and only its own secrets', () => {
    const env = objects().environment(container())
    const ofSink = env.WEBHOOK_SECRETS === undefined ? {} : { WEBHOOK_SECRETS: key }
    expect(readRelayConfig({ ...env, ...secretsOf('prod'), ...ofSink })).toMatchObject(config)
    expect(secretNames(container())).toEqual(secrets)
  })

  it('is restricted, spread and probed like a writer', () => {
    const own = ({ securityContext, livenessProbe, readinessProbe, startupProbe }: object & Record<string, unknown>) => ({
      securityContext,
      livenessProbe,
      readinessProbe,
      startupProbe,
    })
    const [relay, writer] = [pod(name), pod('writer')]
    expect(own(container() as never)).toEqual(own(writer?.containers[0] as never))
    expect(relay?.securityContext).toEqual(writer?.securityContext)
    const spread = ({ topologySpreadConstraints = [] }: NonNullable<typeof relay>) =>
      topologySpreadConstraints.map(({ labelSelector, ...rest }) => rest)
    expect(relay && spread(relay)).toEqual(writer && spread(writer))
  })

  it('has pods that no selector of another relay selects', () => {
    const labels = { 'app.kubernetes.io/name': 'relay', 'app.kubernetes.io/component': sink, 'app.kubernetes.io/part-of': 'chat' }
    const { spec, metadata } = objects().the('Deployment', name)
    const selector = { matchLabels: labels }
    expect([metadata.labels, spec?.template?.metadata?.labels, spec?.selector]).toEqual([labels, labels, selector])
    expect(objects().the('PodDisruptionBudget', name).spec?.selector).toEqual(selector)
    for (const { labelSelector } of pod(name)?.topologySpreadConstraints ?? []) expect(labelSelector).toEqual(selector)
    expect(pod(name)?.serviceAccountName).toBe(name)
  })

  it('has time for its requests when it stops, and the pod has time for the stop', () => {
    const stopMs = Number(container().env?.find((one) => one.name === 'STOP_MS')?.value)
    expect(stopMs).toBeGreaterThan(defaultTimes.webhookMs)
    expect(pod(name)?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(stopMs / 1_000 + 10)
  })

  it('holds as many connections to Postgres as k8s/README.md states, at its maximum during a rolling update', () => {
    const { spec } = objects().the('Deployment', name)
    const most = Number(objects().the('ScaledObject', name).spec?.maxReplicaCount)
    const terminating = Math.min(most, (pod(name)?.terminationGracePeriodSeconds ?? 0) / Number(spec?.minReadySeconds))
    const pool = Number(container().env?.find((one) => one.name === 'DATABASE_POOL')?.value)
    expect(readmeText).toContain(`at most ${(most + 1 + terminating) * pool} connections to Postgres`)
  })

  it('is scaled by the lag of its consumer group on the event stream, with the login of the scaler', () => {
    const trigger = {
      type: 'kafka',
      metadata: {
        consumerGroup: relayGroup('', sink as keyof typeof sinks),
        topic: topicsOf('', 1).events.name,
        bootstrapServers: 'chat-kafka-bootstrap.chat-data:9093',
        sasl: 'scram_sha512',
      },
      authenticationRef: { name: 'kafka' },
    }
    const { scaleTargetRef, triggers } = objects().the('ScaledObject', name).spec ?? {}
    expect(scaleTargetRef).toEqual({ name })
    expect(triggers).toMatchObject([trigger])
  })

  it('connects to Kafka and Postgres, and to Redis and receivers outside the cluster only if its sink needs them', () => {
    const all = withRelays()
    const labels: Labels = objects().the('Deployment', name).spec?.template?.metadata?.labels ?? {}
    const to = (other: Connection['other'], port: number): boolean =>
      isAllowed(
        all.filter(({ metadata }) => metadata.namespace !== 'chat-data'),
        { way: 'egress', pod: labels, other, port },
      )
    expect(to({ namespace: 'chat-data', labels: { 'strimzi.io/name': 'chat-kafka' } }, 9093)).toBe(true)
    expect(to({ namespace: 'chat-data', labels: { 'cnpg.io/cluster': 'chat' } }, 5432)).toBe(true)
    expect(to({ namespace: 'chat-data', labels: { 'app.kubernetes.io/name': 'redis' } }, 6379)).toBe(asksRedis)
    expect(to({ address: '203.0.113.7' }, 443)).toBe(goesOut)
  })
})

describe('the relays', () => {
  needsRenderer()

  it('match the schemas of their objects', () => {
    expect(withRelays().flatMap(flawsOf)).toEqual([])
  })

  it('are each tested here, and named in k8s/README.md', () => {
    const folders = readdirSync(join(projectFolder, 'k8s/relays')).filter((name) => name !== 'base')
    expect(folders.toSorted()).toEqual(Object.keys(sinks).toSorted())
    for (const sink of folders) expect(readmeText).toContain(`\`relays/${sink}\``)
  })

  it('need no KEDA with the component hpa, which then leaves one pod each', () => {
    const objects = withFolders(['relays/webhook', 'relays/search', 'relays/push'], ['hpa'])
    expect(objects.filter(({ kind }) => kind === 'ScaledObject')).toEqual([])
    expect(indexed(objects).the('Deployment', 'relay-search').spec).not.toHaveProperty('replicas')
  })
})

describe('the relays of the chart', () => {
  needsRenderer()
  needsHelm()
  const enabled = Object.keys(sinks).map((sink) => `relays.${sink}.enabled=true`)
  const flags = [...enabled, 'networkPolicy.options[0]=webhooks', 'networkPolicy.options[1]=push']
  const chart = (...values: readonly string[]) => ['--set', [...flags, ...values].join()]

  it('have the objects of the prod overlay with the lines of the README', () => {
    expect(comparable(chartObjects('chat', ...productionValues, ...chart()))).toEqual(
      comparable(withRelays().filter(({ metadata }) => metadata.namespace !== 'chat-data')),
    )
  })

  it('have no ScaledObject without KEDA', () => {
    const objects = chartObjects('chat', ...chart())
    expect(objects.filter(({ kind }) => kind === 'ScaledObject')).toEqual([])
    expect(indexed(objects).ours.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['relay-webhook', 'relay-search', 'relay-push']),
    )
  })

  it('roll their own pods after a change of their own variables or values only', () => {
    const podOf = (name: string, ...values: readonly string[]): string =>
      JSON.stringify(indexed(chartObjects('chat', ...chart(...values))).the('Deployment', name).spec?.template)
    const changed = 'relays.webhook.config.WEBHOOK_URL=https://hooks.example.com/other'
    expect(podOf('relay-webhook', changed)).not.toBe(podOf('relay-webhook'))
    expect(podOf('relay-search', changed)).toBe(podOf('relay-search'))
    expect(podOf('relay-search', 'relays.search.heapMiB=300')).toContain('--max-old-space-size=300')
  })
})
