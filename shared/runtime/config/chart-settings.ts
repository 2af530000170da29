import { z } from 'zod'
import type { Setting } from './setting.ts'
import { settings } from './settings.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** Set by the pods (ports, addresses, sinks), or secret: a Secret of the cluster has them. */
const notInChart =
  /^(HOST|PORT|INTERNAL_HOST|INTERNAL_PORT|DATA_DIR|NODE_ENV|RELAY_SINK|DATABASE_URL|REDIS_URL|KAFKA_PASSWORD|S3_ACCESS_KEY_ID|S3_SECRET_ACCESS_KEY|FILE_SECRET|FILE_SECRET_PREVIOUS|JWT_SECRET|JWT_SECRET_PREVIOUS|WEBHOOK_SECRETS)$/

/** The variables of some processes only, by the place of their `config` in the values: other processes refuse them, or do not need them. */
const ofSomeProcesses = {
  'relays.webhook': ['WEBHOOK_URL'],
  'relays.search': [],
  'relays.push': ['PUSH_URL'],
  files: ['S3_BUCKET', 'S3_ENDPOINT', 'S3_REGION', 'S3_PATH_STYLE', 'UNUSED_FILE_HOURS'],
  preSend: ['PRE_SEND_URL', 'PRE_SEND_ON_FAILURE'],
} as const

const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema

/** YAML has numbers and booleans; the variables have texts. Null removes a variable. */
const valueSchema = ({ schema }: Setting): JsonSchema => {
  const { pattern, enum: values } = jsonSchemaOf(schema, 'input') as { readonly pattern?: string; readonly enum?: string[] }
  const { type, minimum, maximum } = jsonSchemaOf(schema, 'output')
  if (type === 'number') return { type: ['integer', 'string', 'null'], minimum, maximum, pattern }
  if (values?.join() === 'true,false') return { enum: [true, false, ...values, null] }
  if (values !== undefined) return { enum: [...values, null] }
  return { type: ['string', 'null'], ...(pattern === undefined ? {} : { pattern }) }
}

const properties = (isHere: (name: string) => boolean): JsonSchema =>
  Object.fromEntries(
    Object.values(settings)
      .flatMap((group) => Object.entries<Setting>(group))
      .filter(([name]) => !notInChart.test(name) && isHere(name))
      .map(([name, setting]) => [name, { description: setting.meaning.replaceAll('`', ''), ...valueSchema(setting) }]),
  )

/** The schema with other properties of the object at a path of names. */
const withProperties = (schema: JsonSchema, path: readonly string[], found: JsonSchema): JsonSchema => {
  const [name, ...rest] = path
  if (name === undefined) return { ...schema, properties: found }
  const children = schema.properties as Readonly<Record<string, JsonSchema>>
  return { ...schema, properties: { ...children, [name]: withProperties(children[name] ?? {}, rest, found) } }
}

/** The schema of the chart's values, with each `config` replaced by the settings. */
export const withChartSettings = (text: string): string => {
  const some = new Set<string>(Object.values(ofSomeProcesses).flat())
  let schema = withProperties(
    JSON.parse(text) as JsonSchema,
    ['config'],
    properties((name) => !some.has(name)),
  )
  for (const [place, names] of Object.entries<readonly string[]>(ofSomeProcesses)) {
    schema = withProperties(
      schema,
      [...place.split('.'), 'config'],
      properties((name) => names.includes(name)),
    )
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
