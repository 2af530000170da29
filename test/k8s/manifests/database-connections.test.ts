import { describe, expect, it } from 'vitest'
import { defaultBounds } from '../../../shared/runtime/bounds.ts'
import { databaseDemand, maxConnectionsOf } from '../support/database-connections.ts'
import { overlays } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

/** For superusers (`superuser_reserved_connections`, 3), the operator's own sessions, metrics, and people with `psql`. */
const reserve = 20

describe.each(overlays)('the database connections of %s', (overlay) => {
  needsRenderer()

  it('fit max_connections with a reserve, with every autoscaler at its maximum and a rolling update under way', () => {
    const demand = databaseDemand(overlay)
    const sum = demand.reduce((total, { pods, perPod }) => total + pods * perPod, 0)
    expect(sum + reserve, JSON.stringify(demand)).toBeLessThanOrEqual(maxConnectionsOf(overlay))
  })

  it('are counted for every workload that connects to the database', () => {
    const workloads = databaseDemand(overlay).map(({ workload }) => workload.replace(/-.*/, ''))
    expect(workloads.toSorted()).toEqual(['audit', 'gateway', 'migrate', 'prune', 'writer'])
    for (const { pods, perPod } of databaseDemand(overlay)) expect(Math.min(pods, perPod)).toBeGreaterThanOrEqual(1)
  })

  it('are fewer for a writer than for a gateway, because a writer runs one transaction at a time', () => {
    expect(configOf(overlay, 'writer').bounds.databasePool).toBeLessThan(configOf(overlay, 'gateway').bounds.databasePool)
    expect(configOf(overlay, 'gateway').bounds.databasePool).toBe(defaultBounds.databasePool)
  })
})
