import { describe, expect, it } from 'vitest'
import { startupAnswerMs } from '../../../shared/runtime/process/internal-port.ts'
import type { Container, Labels, PodSpec } from '../support/objects.ts'
import type { Overlay } from '../support/rendered.ts'
import { overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

const podOf = (overlay: Overlay, name: string): PodSpec => {
  const found = rendered(overlay).ours.find((workload) => workload.name === name)
  if (found === undefined) throw new Error(`${overlay} has no ${name}`)
  return found.pod
}

const containerOf = (overlay: Overlay, name: string): Container => podOf(overlay, name).containers[0] as Container

/** Time for the other side to answer a close, and for the process to end. */
const closeMs = 1_000

const services = ['gateway', 'writer'] as const
const cases = overlays.flatMap((overlay) => services.map((name) => [name, overlay] as const))
const processes = overlays.flatMap((overlay) => [...services, 'audit' as const].map((name) => [name, overlay] as const))

describe.each(processes)('the process %s of %s', (name, overlay) => {
  needsRenderer()

  it('has time to stop before it is killed (C2)', () => {
    const { stopMs } = configOf(overlay, name).times
    const { terminationGracePeriodSeconds = 30 } = podOf(overlay, name)
    const preStop = containerOf(overlay, name).lifecycle?.preStop?.sleep?.seconds ?? 0
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + stopMs / 1_000 + 10)
  })

  it('has three different probes, none of which depends on another service (C3)', () => {
    const { startupProbe, livenessProbe, readinessProbe } = containerOf(overlay, name)
    const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)
    expect(asked).toEqual([
      { path: '/startupz', port: 'internal' },
      { path: '/livez', port: 'internal' },
      { path: '/readyz', port: 'internal' },
    ])
  })

  it('has a startup probe that allows for the start of the database and a migration (C3)', () => {
    const { periodSeconds = 0, failureThreshold = 0 } = containerOf(overlay, name).startupProbe ?? {}
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(600)
  })

  it('has a startup probe that waits longer than the process delays its answer, so that a normal start causes no warning', () => {
    const { timeoutSeconds = 1, initialDelaySeconds = 0, periodSeconds = 0 } = containerOf(overlay, name).startupProbe ?? {}
    expect(timeoutSeconds * 1_000).toBeGreaterThan(startupAnswerMs + 1_000)
    expect(timeoutSeconds).toBeLessThanOrEqual(periodSeconds)
    expect(initialDelaySeconds).toBeGreaterThanOrEqual(3)
  })
})

describe.each(cases)('a %s of %s', (name, overlay) => {
  needsRenderer()

  it('becomes unready before it is restarted (C3)', () => {
    const { livenessProbe, readinessProbe } = containerOf(overlay, name)
    const backoff = (probe: Container['livenessProbe']): number => (probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0)
    expect(backoff(livenessProbe)).toBeGreaterThanOrEqual(10 * backoff(readinessProbe))
  })

  it('is replaced only when a new pod is ready, and one at a time when a node is drained (C7)', () => {
    const { spec } = rendered(overlay).the('Deployment', name)
    expect(spec?.strategy).toMatchObject({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } })
    expect(spec?.minReadySeconds).toBeGreaterThan(0)
    const budget = rendered(overlay).the('PodDisruptionBudget', name).spec ?? {}
    // A percentage is rounded up, so that it is one of the smallest fleet.
    const maxUnavailable = overlay === 'prod' ? '10%' : 1
    expect(budget).toMatchObject({ maxUnavailable, unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    const { matchLabels } = budget.selector as { readonly matchLabels: Labels }
    expect(spec?.template?.metadata?.labels).toMatchObject(matchLabels)
    expect(spec?.selector).toEqual({ matchLabels })
  })
})

describe.each(overlays)('a gateway of %s', (overlay) => {
  needsRenderer()

  it('can drain its sessions and settle their pending commands within its stop time (C2)', () => {
    const { drainWindowMs, drainOverlapMs, commandDeadlineMs, stopMs } = configOf(overlay, 'gateway').times
    expect(stopMs).toBeGreaterThanOrEqual(drainWindowMs + drainOverlapMs + commandDeadlineMs + closeMs)
  })

  it('keeps serving until proxies have removed it (C1)', () => {
    expect(containerOf(overlay, 'gateway').lifecycle?.preStop?.sleep?.seconds).toBeGreaterThanOrEqual(5)
  })
})
