export type Schema = { readonly [key: string]: unknown }

/** The keywords to keep: validation rules, without descriptions and extensions of Kubernetes. */
const kept: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'items', 'additionalProperties', 'enum', 'pattern', 'format', '$ref'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
])

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)

const strictProperties = (properties: Schema): Schema =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, isSchema(schema) ? strictSchema(schema) : schema]))

/** Go has the flag `(?i)` inside a pattern, JavaScript around it. */
const jsPattern = (pattern: string): string => (pattern.includes('(?i)') ? `(?i:${pattern.replace('(?i)', '')})` : pattern)

const strictValue = (key: string, value: unknown): unknown => {
  if (key === 'pattern' && typeof value === 'string') return jsPattern(value)
  if (key === 'properties' && isSchema(value)) return strictProperties(value)
  if (Array.isArray(value)) return value.map((item) => (isSchema(item) ? strictSchema(item) : item))
  return isSchema(value) ? strictSchema(value) : value
}

/** Converts `nullable` and the boolean exclusive bounds of OpenAPI 3.0. */
const withJsonTypes = (schema: Schema): Schema => {
  if (schema.nullable !== true || typeof schema.type !== 'string') return schema
  return { ...schema, type: [schema.type, 'null'] }
}

const isOpen = (schema: Schema): boolean =>
  schema.additionalProperties !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true

/**
 * Converts an OpenAPI schema to JSON Schema, without descriptions; an object with
 * known properties has no other properties.
 */
export const strictSchema = (given: Schema): Schema => {
  const schema = withJsonTypes(given)
  const entries = Object.entries(schema).filter(([key]) => kept.has(key))
  const strict = Object.fromEntries(entries.map(([key, value]) => [key, strictValue(key, value)]))
  const isClosed = schema.properties !== undefined && schema.type !== undefined && !isOpen(schema)
  return isClosed ? { ...strict, additionalProperties: false } : strict
}
