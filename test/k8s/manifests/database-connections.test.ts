import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { databaseDemand, maxConnectionsOf } from '../support/database-connections.ts'
import type { Overlay } from '../support/rendered.ts'
import { overlays } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

/** Connections for superusers (`superuser_reserved_connections`, 3), the operator, metrics, and administrators with `psql`. */
const reserve = 20

const sumOf = (overlay: Overlay): number => databaseDemand(overlay).reduce((sum, { pods, perPod }) => sum + pods * perPod, 0)

const text = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')

describe.each(overlays)('the database connections of %s', (overlay) => {
  needsRenderer()

  it('stay below max_connections with a reserve, with every autoscaler at its maximum during a rolling update', () => {
    const demand = databaseDemand(overlay)
    expect(sumOf(overlay) + reserve, JSON.stringify(demand)).toBeLessThanOrEqual(maxConnectionsOf(overlay))
  })

  it('are counted for every workload that connects to the database', () => {
    const workloads = databaseDemand(overlay).map(({ workload }) => workload.replace(/-.*/, ''))
    expect(workloads.toSorted()).toEqual(['audit', 'expire', 'gateway', 'migrate', 'prune', 'sweep', 'writer'])
    for (const { pods, perPod } of databaseDemand(overlay)) expect(Math.min(pods, perPod)).toBeGreaterThanOrEqual(1)
  })

  it('are fewer for a writer than for a gateway, because a writer runs one transaction at a time', () => {
    expect(configOf(overlay, 'writer').bounds.databasePool).toBeLessThan(configOf(overlay, 'gateway').bounds.databasePool)
    expect(configOf(overlay, 'gateway').bounds.databasePool).toBe(defaultBounds.databasePool)
  })
})

describe('the documents', () => {
  needsRenderer()

  it('state the sums of database connections that follow from the manifests', () => {
    const [prod, most] = [sumOf('prod'), maxConnectionsOf('prod')]
    expect(text('k8s/README.md')).toContain(`| **together**, of \`max_connections\` ${most} | | | **${prod + reserve}** |`)
    const seen = `${prod} of ${most}, and a reserve of ${reserve}; dev: ${sumOf('dev')} of ${maxConnectionsOf('dev')}`
    expect(text('test/security/README.md')).toContain(seen)
  })
})
