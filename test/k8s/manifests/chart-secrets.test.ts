import { describe, expect, it } from 'vitest'
import { chartFolder, helmLater, needsHelm, objectsOf, productionValues } from '../support/helm.ts'
import { startSecretServer } from '../support/secret-server.ts'

type Template = { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } }

describe('an upgrade of the chart in a cluster', () => {
  needsHelm()

  it('rolls the pods of a service if the content of its Secret has changed, and no others', async () => {
    await using cluster = await startSecretServer('chat')
    const checksums = async (): Promise<Readonly<Record<string, string | undefined>>> => {
      const flags = ['--namespace', 'chat', ...productionValues, '--dry-run=server', '--kubeconfig', cluster.kubeconfig]
      const objects = objectsOf(await helmLater('template', 'chat', chartFolder, ...flags))
      const deployments = objects.filter(({ kind }) => kind === 'Deployment')
      return Object.fromEntries(
        deployments.map(({ metadata, spec }) => [
          metadata.name,
          (spec?.template as Template | undefined)?.metadata.annotations['checksum/secret'],
        ]),
      )
    }
    cluster.secrets.set('chat-writer', { 'kafka-password': 'b25l' }).set('chat-gateway', { 'kafka-password': 'b25l' })
    const before = await checksums()
    expect(Object.keys(before).toSorted()).toEqual(['audit', 'gateway', 'writer'])
    expect(await checksums()).toEqual(before)
    cluster.secrets.set('chat-writer', { 'kafka-password': 'dHdv' })
    const after = await checksums()
    expect(after.writer).not.toBe(before.writer)
    expect({ ...after, writer: '' }).toEqual({ ...before, writer: '' })
  })
})
