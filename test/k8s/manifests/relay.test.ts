import { describe, expect, it } from 'vitest'
import { relayGroup, topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { readGatewayConfig, readRelayConfig } from '../../../shared/runtime/config/config.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { chartObjects, needsHelm, productionValues } from '../support/helm.ts'
import type { KubernetesObject } from '../support/objects.ts'
import { readmeText, readmeYaml } from '../support/readme-commands.ts'
import { indexed } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { comparable } from '../support/same-objects.ts'
import { flawsOf } from '../support/schema-check.ts'
import { secretsOf } from '../support/service-config.ts'
import { editedOverlay } from '../support/with-component.ts'

/** The prod overlay with the lines of k8s/README.md. */
const withRelay = (): readonly KubernetesObject[] =>
  editedOverlay('prod', 'services/kustomization.yaml', (text) => {
    const lines = readmeYaml('components/relay').replace('hooks.example.com/chat', 'hooks.example.com/other')
    const [, components = '', patches = ''] = /^components:\n([\s\S]*)patches:\n([\s\S]*)$/.exec(lines) ?? []
    return `${text.replace(priority, `${components}${priority}`)}${patches}`
  })

const priority = '  - ../../../components/priority\n'
const inServices = ({ metadata }: KubernetesObject): boolean => metadata.namespace !== 'chat-data'

describe('the relay in prod', () => {
  needsRenderer()
  const objects = () => indexed(withRelay())
  const pod = (name: string) => objects().ours.find((workload) => workload.name === name)?.pod

  it('matches the schemas of its objects', () => {
    expect(withRelay().flatMap(flawsOf)).toEqual([])
  })

  it('has a valid configuration, with its own logins and its keys of signatures from a Secret', () => {
    const container = pod('relay')?.containers[0]
    if (container === undefined) throw new Error('there is no relay')
    const key = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const env = { ...objects().environment(container), ...secretsOf('prod'), WEBHOOK_SECRETS: key }
    expect(readRelayConfig(env)).toMatchObject({ webhook: { url: 'https://hooks.example.com/other', secrets: [key] } })
    const secrets = (container.env ?? []).flatMap(({ name, valueFrom }) => {
      const reference = valueFrom?.secretKeyRef as { readonly name: string } | undefined
      return reference === undefined ? [] : [`${name} ${reference.name}`]
    })
    expect(secrets.toSorted()).toEqual(['DATABASE_URL chat-relay', 'KAFKA_PASSWORD chat-relay', 'WEBHOOK_SECRETS chat-relay'])
  })

  it('is restricted, spread and probed like a writer', () => {
    const [relay, writer] = [pod('relay'), pod('writer')]
    const own = ({ securityContext, livenessProbe, readinessProbe, startupProbe }: object & Record<string, unknown>) => ({
      securityContext,
      livenessProbe,
      readinessProbe,
      startupProbe,
    })
    expect(own(relay?.containers[0] as never)).toEqual(own(writer?.containers[0] as never))
    expect(relay?.securityContext).toEqual(writer?.securityContext)
    expect(JSON.stringify(relay?.topologySpreadConstraints)).toBe(
      JSON.stringify(writer?.topologySpreadConstraints).replaceAll('writer', 'relay'),
    )
  })

  it('has time for its requests when it stops, and the pod has time for the stop', () => {
    const stopMs = Number(pod('relay')?.containers[0]?.env?.find(({ name }) => name === 'STOP_MS')?.value)
    expect(stopMs).toBeGreaterThan(defaultTimes.webhookMs)
    expect(pod('relay')?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(stopMs / 1_000 + 10)
  })

  it('holds as many connections to Postgres as k8s/README.md states, at its maximum during a rolling update', () => {
    const { spec } = objects().the('Deployment', 'relay')
    const most = Number(objects().the('ScaledObject', 'relay').spec?.maxReplicaCount)
    const terminating = Math.min(most, (pod('relay')?.terminationGracePeriodSeconds ?? 0) / Number(spec?.minReadySeconds))
    const pool = Number(pod('relay')?.containers[0]?.env?.find(({ name }) => name === 'DATABASE_POOL')?.value)
    expect(readmeText).toContain(`at most ${(most + 1 + terminating) * pool} connections to Postgres`)
  })

  it('is scaled by the lag of its consumer group on the event stream, with the login of the scaler', () => {
    const trigger = {
      type: 'kafka',
      metadata: {
        consumerGroup: relayGroup('', 'webhook'),
        topic: topicsOf('', 1).events.name,
        bootstrapServers: 'chat-kafka-bootstrap.chat-data:9093',
        sasl: 'scram_sha512',
      },
      authenticationRef: { name: 'kafka' },
    }
    expect(objects().the('ScaledObject', 'relay').spec).toMatchObject({ triggers: [trigger] })
  })
})

describe('the gateways of prod', () => {
  needsRenderer()

  it('have a valid configuration with the lines of k8s/README.md for PRE_SEND_URL, and the keys of signatures from a Secret', () => {
    const patches = readmeYaml('PRE_SEND_URL').replace('patches:\n', '')
    const { ours, environment } = indexed(editedOverlay('prod', 'services/kustomization.yaml', (text) => `${text}${patches}`))
    const container = ours.find(({ name }) => name === 'gateway')?.pod.containers[0]
    if (container === undefined) throw new Error('there is no gateway')
    const key = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    expect(environment(container)).toMatchObject({ WEBHOOK_SECRETS: 'secret' })
    const config = readGatewayConfig({ ...environment(container), ...secretsOf('prod'), WEBHOOK_SECRETS: key })
    expect(config).toMatchObject({ preSend: { url: 'https://hooks.example.com/check', secrets: [key] } })
  })
})

describe('the relay of the chart', () => {
  needsRenderer()
  needsHelm()

  it('has the objects of the prod overlay with the lines of the README', () => {
    const flags = ['relay.enabled=true', 'relay.url=https://hooks.example.com/other', 'networkPolicy.options[0]=webhooks']
    expect(comparable(chartObjects('chat', ...productionValues, ...flags.flatMap((flag) => ['--set', flag])))).toEqual(
      comparable(withRelay().filter(inServices)),
    )
  })
})
