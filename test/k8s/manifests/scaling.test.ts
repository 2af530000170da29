import { describe, expect, it } from 'vitest'
import { topicsOf, writerGroup } from '../../../infra/kafka/driver/topics.ts'
import { readConfig } from '../../../shared/runtime/config/config.ts'
import type { Overlay } from '../support/rendered.ts'
import { overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

interface Trigger {
  readonly type: string
  readonly authenticationRef?: { readonly name: string }
  readonly metadata: Readonly<Record<string, unknown>>
}

interface Behaviour {
  readonly scaleUp: { readonly stabilizationWindowSeconds: number }
  readonly scaleDown: {
    readonly stabilizationWindowSeconds: number
    readonly policies: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[]
  }
}

interface Scaling {
  readonly kind: string
  readonly target: { readonly kind?: string; readonly name: string }
  readonly min: number
  readonly max: number
  readonly behaviour: Behaviour
}

const scalingOf = (overlay: Overlay): readonly Scaling[] => [
  ...rendered(overlay)
    .ofKind('HorizontalPodAutoscaler')
    .map(({ kind, spec = {} }) => ({
      kind,
      target: spec.scaleTargetRef as Scaling['target'],
      min: spec.minReplicas as number,
      max: spec.maxReplicas as number,
      behaviour: spec.behavior as Behaviour,
    })),
  ...rendered(overlay)
    .ofKind('ScaledObject')
    .map(({ kind, spec = {} }) => ({
      kind,
      target: spec.scaleTargetRef as Scaling['target'],
      min: spec.minReplicaCount as number,
      max: spec.maxReplicaCount as number,
      behaviour: (spec.advanced as { horizontalPodAutoscalerConfig: { behavior: Behaviour } }).horizontalPodAutoscalerConfig
        .behavior,
    })),
]

describe.each(overlays)('the scaling of %s', (overlay) => {
  needsRenderer()

  it('has one autoscaler each for gateways and writers, with at least two pods, and no `replicas` in the Deployment (C5)', () => {
    const scaling = scalingOf(overlay)
    expect(scaling.map(({ target }) => target.name).sort()).toEqual(['gateway', 'writer'])
    for (const { target, min, max } of scaling) {
      expect(rendered(overlay).the('Deployment', target.name).spec).not.toHaveProperty('replicas')
      expect(min).toBeGreaterThanOrEqual(2)
      expect(max).toBeGreaterThan(min)
    }
  })

  it('has at most as many writers as partitions (C5)', () => {
    const writer = scalingOf(overlay).find(({ target }) => target.name === 'writer')
    expect(writer?.max).toBeLessThanOrEqual(configOf(overlay, 'writer').partitions)
  })

  it('uses the default number of partitions, except in the overlay for the largest system', () => {
    const isLarge = overlay === 'prod'
    expect(configOf(overlay, 'writer').partitions).toBe(isLarge ? 60 : readConfig({}).partitions)
  })

  it('scales up at once, and scales down slowly by one pod (C5)', () => {
    for (const { behaviour } of scalingOf(overlay)) {
      const { scaleUp, scaleDown } = behaviour
      expect(scaleDown.stabilizationWindowSeconds).toBeGreaterThan(scaleUp.stabilizationWindowSeconds)
      expect(scaleDown.policies).toEqual([{ type: 'Pods', value: 1, periodSeconds: expect.any(Number) as number }])
    }
  })
})

describe('the scaling of prod', () => {
  needsRenderer()

  const triggersOf = (name: string): readonly Trigger[] => rendered('prod').the('ScaledObject', name).spec?.triggers as Trigger[]

  it('scales writers by the lag of their own group and topic (C5)', () => {
    const { namespace, partitions, kafkaBrokers } = configOf('prod', 'writer')
    const [trigger, ...others] = triggersOf('writer')
    expect(others).toEqual([])
    expect(trigger).toMatchObject({
      type: 'kafka',
      metadata: {
        bootstrapServers: kafkaBrokers.join(','),
        consumerGroup: writerGroup(namespace),
        topic: topicsOf(namespace, partitions).commands.name,
        offsetResetPolicy: 'earliest',
        lagThreshold: expect.stringMatching(/^\d+$/) as string,
      },
    })
  })

  it('logs in to Kafka as its own user, encrypted, with a password from a Secret (C5)', () => {
    const [trigger] = triggersOf('writer')
    const { kafkaLogin } = configOf('prod', 'writer').security
    expect(trigger?.metadata).toMatchObject({ tls: 'enable', sasl: kafkaLogin?.mechanism.replace('-sha-', '_sha') })
    const { name } = trigger?.authenticationRef ?? { name: '' }
    expect(rendered('prod').the('TriggerAuthentication', name).spec?.secretTargetRef).toEqual([
      { parameter: 'username', name: 'chat-scaler', key: 'kafka-username' },
      { parameter: 'password', name: 'chat-scaler', key: 'kafka-password' },
      { parameter: 'ca', name: 'chat-ca', key: 'ca.crt' },
    ])
  })

  it('scales gateways by sockets and CPU, and keeps their number without Prometheus (C5)', () => {
    const triggers = triggersOf('gateway')
    expect(triggers.map(({ type }) => type)).toEqual(['prometheus', 'cpu'])
    expect(triggers[0]?.metadata).toMatchObject({
      query: expect.stringContaining('chat_sessions') as string,
      ignoreNullValues: 'false',
    })
    expect(rendered('prod').the('ScaledObject', 'gateway').spec?.fallback).toMatchObject({ behavior: 'currentReplicasIfHigher' })
  })

  it('has the numbers of triggers as text, and a fallback (C5)', () => {
    for (const name of ['gateway', 'writer']) {
      const values = triggersOf(name).flatMap(({ metadata }) => Object.values(metadata))
      expect(values.filter((value) => typeof value !== 'string')).toEqual([])
      const { fallback, minReplicaCount } = rendered('prod').the('ScaledObject', name).spec ?? {}
      expect((fallback as { replicas: number }).replicas).toBeGreaterThanOrEqual(minReplicaCount as number)
    }
  })
})
