import { describe, expect, it } from 'vitest'
import type { Container, Workload } from '../support/objects.ts'
import { quantity } from '../support/objects.ts'
import { containersOf, overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'

const eachContainer = (workloads: readonly Workload[], flaw: (container: Container) => boolean): string[] =>
  workloads.flatMap(({ name, pod }) =>
    containersOf(pod)
      .filter(flaw)
      .map((container) => `${name}/${container.name}`),
  )

const eachPod = (workloads: readonly Workload[], flaw: (workload: Workload) => boolean): string[] =>
  workloads.filter(flaw).map(({ name }) => name)

const heapBytes = ({ env = [] }: Container): number | undefined => {
  const options = env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? ''
  const [, mebibytes] = /--max-old-space-size=(\d+)/.exec(options) ?? []
  return mebibytes === undefined ? undefined : Number(mebibytes) * 2 ** 20
}

const memoryLimit = ({ resources }: Container): number => quantity(resources?.limits?.memory ?? '0')

describe.each(overlays)('the pods of %s', (overlay) => {
  needsRenderer()
  const workloads = () => rendered(overlay).workloads
  const services = () => rendered(overlay).ours.filter(({ name }) => ['gateway', 'writer'].includes(name))

  it('satisfy the restricted Pod Security Standard (C4)', () => {
    const isLoose = ({ securityContext: context }: Container): boolean =>
      context?.allowPrivilegeEscalation !== false ||
      context.privileged === true ||
      !context.capabilities?.drop?.includes('ALL') ||
      (context.capabilities.add ?? []).length > 0
    expect(eachContainer(workloads(), isLoose)).toEqual([])
    const kinds = ['configMap', 'emptyDir', 'secret', 'persistentVolumeClaim', 'projected']
    const isLoosePod = ({ pod }: Workload): boolean =>
      pod.hostNetwork === true ||
      pod.hostPID === true ||
      pod.hostIPC === true ||
      pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault' ||
      (pod.volumes ?? []).some((volume) => !kinds.some((kind) => kind in volume))
    expect(eachPod(workloads(), isLoosePod)).toEqual([])
  })

  it('are in namespaces that enforce this standard (C4)', () => {
    const enforced = rendered(overlay)
      .ofKind('Namespace')
      .map(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'])
    expect(new Set(enforced)).toEqual(new Set(['restricted']))
  })

  it('run as a numeric user that is not root (C4)', () => {
    const isRoot = ({ pod: { securityContext: context } }: Workload): boolean =>
      context?.runAsNonRoot !== true || !((context.runAsUser ?? 0) > 0) || !((context.runAsGroup ?? 0) > 0)
    expect(eachPod(workloads(), isRoot)).toEqual([])
  })

  it('have a read-only root file system if they run our image (C4)', () => {
    const { ours } = rendered(overlay)
    expect(ours.length).toBeGreaterThanOrEqual(4)
    expect(eachContainer(ours, ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true)).toEqual([])
  })

  it('have no service account token (C4)', () => {
    expect(eachPod(workloads(), ({ pod }) => pod.automountServiceAccountToken !== false)).toEqual([])
    const accounts = rendered(overlay).ofKind('ServiceAccount')
    expect(accounts.filter(({ automountServiceAccountToken }) => automountServiceAccountToken !== false)).toEqual([])
    const named = new Set(accounts.map(({ metadata }) => metadata.name))
    expect(eachPod(rendered(overlay).ours, ({ pod }) => !named.has(pod.serviceAccountName ?? ''))).toEqual([])
  })

  it('request resources, and have a memory limit (C8)', () => {
    const isVague = ({ resources }: Container): boolean =>
      !resources?.requests?.cpu || !resources.requests.memory || !resources.limits?.memory
    expect(eachContainer(workloads(), isVague)).toEqual([])
    const isBeyond = (container: Container): boolean =>
      quantity(container.resources?.requests?.memory ?? '0') > memoryLimit(container)
    expect(eachContainer(workloads(), isBeyond)).toEqual([])
  })

  it('have no CPU limit (C8)', () => {
    expect(eachContainer(rendered(overlay).ours, ({ resources }) => resources?.limits?.cpu !== undefined)).toEqual([])
  })

  it('have a heap limit below their memory limit (C8)', () => {
    const withHeap = rendered(overlay).ours.filter(({ object }) => object.kind === 'Deployment')
    const share = withHeap.flatMap(({ pod }) =>
      pod.containers.map((container) => (heapBytes(container) ?? 0) / memoryLimit(container)),
    )
    expect(share).toHaveLength(3)
    for (const part of share) {
      expect(part).toBeGreaterThanOrEqual(0.5)
      expect(part).toBeLessThanOrEqual(0.8)
    }
  })

  it('have the priority of their kind in prod: the audit waits for the services', () => {
    if (overlay !== 'prod') return
    const byName = rendered(overlay).ours.map(({ name, pod }) => [name.replace(/-.*/, ''), pod.priorityClassName])
    expect(Object.fromEntries(byName)).toEqual({
      gateway: 'chat-service',
      writer: 'chat-service',
      migrate: 'chat-service',
      audit: 'chat-background',
      prune: 'chat-background',
      expire: 'chat-background',
      sweep: 'chat-background',
    })
    const value = (name: string): unknown =>
      (rendered(overlay).the('PriorityClass', name) as unknown as { readonly value: number }).value
    expect(value('chat-service')).toBeGreaterThan(0)
    expect(value('chat-background')).toBeLessThan(0)
  })

  it('spread over zones and hosts (C11)', () => {
    for (const { pod, object } of services()) {
      const spread = pod.topologySpreadConstraints ?? []
      expect(spread.map(({ topologyKey }) => topologyKey)).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname'])
      const labels = object.spec?.template?.metadata?.labels ?? {}
      for (const { labelSelector } of spread) expect(labels).toMatchObject(labelSelector.matchLabels)
    }
  })

  it('have images with a tag, pulled only if they are not present', () => {
    const isVague = ({ image }: Container): boolean => !/:[^:/]+$/.test(image) || image.endsWith(':latest')
    expect(eachContainer(workloads(), isVague)).toEqual([])
    expect(eachContainer(workloads(), ({ imagePullPolicy }) => imagePullPolicy !== 'IfNotPresent')).toEqual([])
  })
})
