import { z } from 'zod'
import type { Setting } from './setting.ts'
import { settings } from './settings.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** Set by the pods (ports, addresses, receivers), or secret: a Secret of the cluster has them. */
const notInChart =
  /^(HOST|PORT|INTERNAL_HOST|INTERNAL_PORT|DATA_DIR|NODE_ENV|RELAY_SINK|WEBHOOK_URL|PUSH_URL|PRE_SEND_URL|DATABASE_URL|REDIS_URL|KAFKA_PASSWORD|S3_SECRET_ACCESS_KEY|FILE_SECRET|FILE_SECRET_PREVIOUS|JWT_SECRET|JWT_SECRET_PREVIOUS|WEBHOOK_SECRETS)$/

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

const properties = (): JsonSchema =>
  Object.fromEntries(
    Object.values(settings)
      .flatMap((group) => Object.entries<Setting>(group))
      .filter(([name]) => !notInChart.test(name))
      .map(([name, setting]) => [name, { description: setting.meaning.replaceAll('`', ''), ...valueSchema(setting) }]),
  )

/** The schema of the chart's values, with `config` replaced by the settings. */
export const withChartSettings = (text: string): string => {
  const schema = JSON.parse(text) as { readonly properties: { readonly config: JsonSchema } }
  const config = { ...schema.properties.config, properties: properties() }
  return `${JSON.stringify({ ...schema, properties: { ...schema.properties, config } }, null, 2)}\n`
}
