import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidateFunction } from 'ajv'
import { Ajv } from 'ajv'
import { kubernetes, moduleCrds, strimzi } from '../schemas/sources.ts'
import { nameFlawsOf } from './name-rules.ts'
import type { KubernetesObject } from './objects.ts'

const folder = join(import.meta.dirname, '../schemas')
const sources = [kubernetes, ...moduleCrds, strimzi]

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
for (const { name } of sources) ajv.addSchema(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))

const kindOf = ({ apiVersion, kind }: KubernetesObject): string =>
  `${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}/${kind}`

const validatorOf = (kind: string): ValidateFunction | undefined => {
  const source = sources.find(({ kinds }) => (kinds as readonly string[]).includes(kind))
  return source === undefined ? undefined : ajv.getSchema(`${source.name}#/kinds/${kind.replaceAll('/', '~1')}`)
}

const schemaFlawsOf = (object: KubernetesObject): string[] => {
  const kind = kindOf(object)
  const { name } = object.metadata
  const validate = validatorOf(kind)
  if (validate === undefined) return [`${kind}: no schema`]
  if (validate(object) === true) return []
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const field = 'additionalProperty' in params ? `: ${params.additionalProperty}` : ''
    return `${kind} ${name}${instancePath}: ${message}${field}`
  })
}

/** The errors of an object, one line each, including unknown kinds and fields, and names that the API server refuses. */
export const flawsOf = (object: KubernetesObject): string[] => [...schemaFlawsOf(object), ...nameFlawsOf(object)]
