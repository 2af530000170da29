import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { createStrimziCrds, moduleCrdFiles, moduleFolder } from './crd-files.ts'
import type { ModuleCrds, OpenApiSource } from './sources.ts'
import { kubernetes, moduleCrds, strimzi } from './sources.ts'
import type { Schema } from './strict-schema.ts'
import { strictSchema } from './strict-schema.ts'

/**
 * Fetches the schemas against which the tests validate our objects, and writes them
 * beside this file: `node test/k8s/schemas/fetch.ts`. Needs Go, and for
 * Strimzi Maven and Java 17.
 */

interface Crd {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Kept {
  readonly source: string
  /** `group/version/Kind` → schema. */
  readonly kinds: Readonly<Record<string, Schema>>
  readonly $defs?: Readonly<Record<string, Schema>>
}

const objectMeta = 'kubernetes#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

const keep = (name: string, kept: Kept): void => {
  const file = join(import.meta.dirname, `${name}.json`)
  writeFileSync(file, `${JSON.stringify({ $id: name, ...kept })}\n`)
  process.stdout.write(`${name}: ${Object.keys(kept.kinds).length} kinds of ${kept.source}\n`)
}

const references = (schema: unknown): string[] =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map(([, name = '']) => name)

const closureOf = (roots: readonly string[], all: Readonly<Record<string, Schema>>): Record<string, Schema> => {
  const found = new Map<string, Schema>()
  const open = [...roots]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const schema = all[name]
    if (schema === undefined || found.has(name)) continue
    found.set(name, schema)
    open.push(...references(schema))
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const groupFile = (kind: string): string => {
  const [group = '', version = ''] = kind.split('/')
  return group === 'core' ? `api__${version}_openapi.json` : `apis__${group}__${version}_openapi.json`
}

const isOfKind = (schema: Schema, wanted: string): boolean => {
  const named = schema['x-kubernetes-group-version-kind'] as
    | readonly { group: string; version: string; kind: string }[]
    | undefined
  return named?.some(({ group, version, kind }) => `${group || 'core'}/${version}/${kind}` === wanted) ?? false
}

const fetchKubernetes = async ({ name, module, folder, kinds }: OpenApiSource): Promise<void> => {
  const root = join(await moduleFolder(module), folder)
  const all: Record<string, Schema> = {}
  const roots: Record<string, Schema> = {}
  for (const kind of kinds) {
    const text = readFileSync(join(root, groupFile(kind)), 'utf8').replaceAll('#/components/schemas/', '#/$defs/')
    const { schemas } = (JSON.parse(text) as OpenApi).components
    for (const [definition, schema] of Object.entries(schemas)) {
      all[definition] = strictSchema(schema)
      if (isOfKind(schema, kind)) roots[kind] = { $ref: `#/$defs/${definition}` }
    }
  }
  keep(name, { source: module, kinds: roots, $defs: closureOf(references(roots), all) })
}

const kindsOf = (files: readonly string[], wanted: readonly string[]): Record<string, Schema> => {
  const crds = files.flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Crd))
  const all = crds.flatMap(({ spec }) =>
    spec.versions.map(({ name, schema }): [string, Schema] => {
      const strict = strictSchema(schema.openAPIV3Schema)
      const properties = { ...(strict.properties as Schema), metadata: { $ref: objectMeta } }
      return [`${spec.group}/${name}/${spec.names.kind}`, { ...strict, properties, additionalProperties: false }]
    }),
  )
  return Object.fromEntries(all.filter(([kind]) => wanted.includes(kind)))
}

const fetchModuleCrds = async (crds: ModuleCrds): Promise<void> =>
  keep(crds.name, { source: crds.module, kinds: kindsOf(await moduleCrdFiles(crds), crds.kinds) })

const fetchStrimzi = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'strimzi-'))
  try {
    const kinds = kindsOf(await createStrimziCrds(folder), strimzi.kinds)
    keep(strimzi.name, { source: 'io.strimzi:api:0.51.0', kinds })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

await fetchKubernetes(kubernetes)
for (const source of moduleCrds) await fetchModuleCrds(source)
await fetchStrimzi()
