import type { KubernetesObject } from './objects.ts'

/** Both append a hash of the content to names; they compute it differently. */
const hashed = /^(.*)-[a-z0-9]{10}$/

const withoutHashes = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] => {
  const names = objects.flatMap(({ kind, metadata }) =>
    ['ConfigMap', 'Secret', 'Job'].includes(kind) && hashed.test(metadata.name) ? [metadata.name] : [],
  )
  const text = names.reduce((all, name) => all.replaceAll(`"${name}"`, `"${hashed.exec(name)?.[1]}"`), JSON.stringify(objects))
  return JSON.parse(text) as readonly KubernetesObject[]
}

type Entry = { readonly name: string }

const byName = (a: Entry, b: Entry): number => a.name.localeCompare(b.name)

const isChecksum = (name: string): boolean => name.startsWith('checksum/')

/**
 * What may differ: the chart rolls pods by annotations with checksums, where kustomize rolls them by names with hashes;
 * a patch of kustomize moves the changed variable to the front; kustomize folds long base64 texts.
 */
const normalValue = (key: string, value: unknown): unknown => {
  if (isChecksum(key)) return undefined
  if (key === 'annotations' && Object.keys(value as object).every(isChecksum)) return undefined
  if (key === 'env') return (value as Entry[]).toSorted(byName)
  return value
}

const normal = (object: KubernetesObject): KubernetesObject => {
  const copy = JSON.parse(JSON.stringify(object, normalValue)) as KubernetesObject
  if (object.kind !== 'Secret') return copy
  const data = Object.entries(object.data ?? {}).map(([key, text]) => [key, text.replaceAll(/\s/g, '')])
  return { ...copy, data: Object.fromEntries(data) as Record<string, string> }
}

/** The objects by kind and name, in a form in which those of kustomize and of the chart can be compared. */
export const comparable = (objects: readonly KubernetesObject[]): Readonly<Record<string, KubernetesObject>> =>
  Object.fromEntries(
    withoutHashes(objects)
      // Helm creates the namespace itself (`--create-namespace`).
      .filter(({ kind }) => kind !== 'Namespace')
      .map((object) => [`${object.kind} ${object.metadata.name}`, normal(object)]),
  )
