import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../support/objects.ts'
import { overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { flawsOf } from '../support/schema-check.ts'

describe('every object of every overlay', () => {
  needsRenderer()

  it.each(overlays)('matches its schema, without unknown fields: %s', (overlay) => {
    const { all } = rendered(overlay)
    expect(all.length).toBeGreaterThan(20)
    expect(all.flatMap(flawsOf)).toEqual([])
  })

  it.each(overlays)('has a unique name: %s', (overlay) => {
    const names = rendered(overlay).all.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(overlays)('is in a namespace that the overlay creates: %s', (overlay) => {
    const { all, ofKind } = rendered(overlay)
    const made = ofKind('Namespace').map(({ metadata }) => metadata.name)
    const used = all
      .filter(({ kind }) => !['Namespace', 'PriorityClass'].includes(kind))
      .map(({ metadata }) => metadata.namespace)
    expect(new Set(used)).toEqual(new Set(made))
  })
})

describe('the check of schemas', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one' } }
  const flaws = (object: unknown): string[] => flawsOf(object as KubernetesObject)

  it('accepts a valid object', () => {
    expect(flaws(account)).toEqual([])
  })

  it('finds an unknown field at any depth', () => {
    const spec = { replicas: 1, selector: {}, template: { spec: { containers: [{ name: 'a', imagePullPolice: 'Never' }] } } }
    expect(flaws({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'one' }, spec })).toEqual([
      'apps/v1/Deployment one/spec/template/spec/containers/0: must NOT have additional properties: imagePullPolice',
    ])
    expect(flaws({ ...account, metadata: { name: 'one', lables: {} } })).toHaveLength(1)
  })

  it.each([
    ['kafka.strimzi.io/v1', 'Kafka', { spec: { kafka: { listeners: [], wrong: 1 } } }],
    ['postgresql.cnpg.io/v1', 'Cluster', { spec: { instances: 3, wrong: 1 } }],
    ['keda.sh/v1alpha1', 'ScaledObject', { spec: { scaleTargetRef: { name: 'a' }, triggers: [], wrong: 1 } }],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute', { spec: { wrong: 1 } }],
    ['monitoring.coreos.com/v1', 'ServiceMonitor', { spec: { selector: {}, endpoints: [], wrong: 1 } }],
  ])('finds an unknown field in an object of an operator: %s %s', (apiVersion, kind, rest) => {
    expect(flaws({ apiVersion, kind, metadata: { name: 'one' }, ...rest }).join()).toContain('additional properties: wrong')
  })

  it('finds names and labels that the API server refuses', () => {
    const meta = { name: 'migrate-5000/team_A', labels: { version: 'a@b' } }
    expect(flaws({ ...account, metadata: meta })).toEqual([
      'ServiceAccount migrate-5000/team_A: the name is not a DNS name',
      'ServiceAccount migrate-5000/team_A: the label version has the value a@b',
    ])
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a'.repeat(64) } }
    expect(flaws(job)).toEqual([`Job ${job.metadata.name}: the name is too long`])
  })

  it('finds a value of a wrong type, and a kind without a schema', () => {
    expect(flaws({ ...account, automountServiceAccountToken: 'no' })).toEqual([
      'core/v1/ServiceAccount one/automountServiceAccountToken: must be boolean',
    ])
    expect(flaws({ ...account, kind: 'Pod' })).toEqual(['core/v1/Pod: no schema'])
  })
})
