import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { imageReferences, overlayWithImage } from '../support/image-references.ts'
import type { KubernetesObject } from '../support/objects.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { flawsOf } from '../support/schema-check.ts'
import { editedOverlay } from '../support/with-component.ts'

const references = Object.entries(imageReferences)

const migrationIn = (objects: readonly KubernetesObject[]): KubernetesObject => {
  const [job, ...others] = objects.filter(({ kind }) => kind === 'Job')
  if (job === undefined || others.length > 0) throw new Error('not exactly one Job')
  return job
}

describe.each(['dev', 'prod'] as const)('the overlay %s', (overlay) => {
  needsRenderer()
  const names = new Map<string, string>()

  it.each(references)('is valid with an image reference with %s', (name, entry) => {
    const yaml = overlayWithImage(overlay, entry)
    const objects = parseAllDocuments(yaml).map((document) => document.toJS() as KubernetesObject)
    expect(objects.flatMap(flawsOf)).toEqual([])
    const { metadata } = migrationIn(objects)
    expect(metadata.name).toMatch(/^migrate-[a-z0-9]{10}$/)
    expect(metadata.annotations).toBeUndefined()
    names.set(name, metadata.name)
  })

  it('names the migration job differently for each image, because a job cannot change', () => {
    expect(new Set(names.values()).size).toBe(references.length)
    expect([...names.values()]).not.toContain(migrationIn(rendered(overlay).all).metadata.name)
  })
})

describe('the migration job of dev', () => {
  needsRenderer()
  const nameWith = (edit: (text: string) => string): string =>
    migrationIn(editedOverlay('dev', 'kustomization.yaml', edit)).metadata.name
  const current = () => migrationIn(rendered('dev').all).metadata.name

  it('keeps its name when nothing of it changes, so that the same files can be applied again', () => {
    expect(nameWith((text) => `${text}# a comment\n`)).toBe(current())
  })

  it('gets another name when another field of it changes, because the API server would refuse the change', () => {
    const patch = '[{"op":"replace","path":"/spec/template/spec/containers/0/resources/limits/memory","value":"512Mi"}]'
    const name = nameWith((text) => text.replace('patches:\n', `patches:\n  - patch: '${patch}'\n    target: { kind: Job }\n`))
    expect(name).toMatch(/^migrate-[a-z0-9]{10}$/)
    expect(name).not.toBe(current())
  })
})
