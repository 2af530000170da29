import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { projectFolder } from '../../support/stack/replica.ts'
import type { KubernetesObject } from '../support/objects.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer, renderYaml } from '../support/renderer.ts'
import { flawsOf } from '../support/schema-check.ts'

interface Plugin {
  readonly name: string
  readonly isWALArchiver?: boolean
  readonly parameters: { readonly barmanObjectName: string; readonly serverName: string }
}

interface ClusterSpec {
  readonly plugins: readonly Plugin[]
  readonly bootstrap: {
    readonly recovery?: { readonly source: string; readonly recoveryTarget: { readonly targetTime: string } }
  }
  readonly externalClusters?: readonly { readonly name: string; readonly plugin: Plugin }[]
  readonly postgresql: { readonly parameters: Readonly<Record<string, string>> }
}

const restoreObjects = (): readonly KubernetesObject[] =>
  parseAllDocuments(renderYaml(join(projectFolder, 'k8s/overlays/prod/restore'))).map(
    (document) => document.toJS() as KubernetesObject,
  )

const clusterIn = (objects: readonly KubernetesObject[]): ClusterSpec =>
  objects.find(({ kind }) => kind === 'Cluster')?.spec as unknown as ClusterSpec

describe('the Postgres of prod', () => {
  needsRenderer()

  const spec = (): ClusterSpec => clusterIn(rendered('prod').all)
  const archiver = (): Plugin | undefined => spec().plugins.find(({ isWALArchiver }) => isWALArchiver)

  it('archives its log to the object store at least every minute', () => {
    const store = rendered('prod').ofKind('ObjectStore')[0]
    expect(archiver()?.parameters.barmanObjectName).toBe(store?.metadata.name)
    expect(spec().postgresql.parameters.archive_timeout).toBe('1min')
    expect(JSON.stringify(store)).not.toMatch(/"(accessKeyId|secretAccessKey)":"/)
  })

  it('has a base backup at once and every day, by the same plugin', () => {
    const [backup] = rendered('prod').ofKind('ScheduledBackup')
    expect(backup?.spec).toMatchObject({ immediate: true, method: 'plugin', pluginConfiguration: { name: archiver()?.name } })
    expect(backup?.spec?.schedule).toMatch(/^0 \d+ \d+ \* \* \*$/)
  })

  it('is restored to a moment from its archive, and continues in a new one', () => {
    const restored = clusterIn(restoreObjects())
    const source = restored.externalClusters?.find(({ name }) => name === restored.bootstrap.recovery?.source)
    expect(source?.plugin).toMatchObject({ name: archiver()?.name, parameters: archiver()?.parameters })
    expect(restored.bootstrap.recovery?.recoveryTarget.targetTime).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$/)
    expect(restored.plugins[0]?.parameters.serverName).not.toBe(archiver()?.parameters.serverName)
    const { bootstrap: _bootstrap, externalClusters: _clusters, plugins: _plugins, ...same } = restored
    expect(spec()).toMatchObject(same)
  })

  it('is restored by objects that match their schemas', () => {
    expect(restoreObjects().flatMap(flawsOf)).toEqual([])
  })
})
