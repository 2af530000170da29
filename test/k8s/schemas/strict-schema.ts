export type Schema = { readonly [key: string]: unknown }

/** What a schema keeps: rules. Words for people and extensions of Kubernetes go. */
const kept: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'items', 'additionalProperties', 'enum', 'pattern', 'format', '$ref'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
])

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)

const strictProperties = (properties: Schema): Schema =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, isSchema(schema) ? strictSchema(schema) : schema]))

/** Go says "whatever the case" in the middle of a pattern, JavaScript around it. */
const jsPattern = (pattern: string): string => (pattern.includes('(?i)') ? `(?i:${pattern.replace('(?i)', '')})` : pattern)

const strictValue = (key: string, value: unknown): unknown => {
  if (key === 'pattern' && typeof value === 'string') return jsPattern(value)
  if (key === 'properties' && isSchema(value)) return strictProperties(value)
  if (Array.isArray(value)) return value.map((item) => (isSchema(item) ? strictSchema(item) : item))
  return isSchema(value) ? strictSchema(value) : value
}

/** OpenAPI 3.0 says "may be null" beside the type, and bounds as flags. */
const withJsonTypes = (schema: Schema): Schema => {
  if (schema.nullable !== true || typeof schema.type !== 'string') return schema
  return { ...schema, type: [schema.type, 'null'] }
}

const isOpen = (schema: Schema): boolean =>
  schema.additionalProperties !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true

/**
 * The JSON Schema of an OpenAPI one, without what is only said to people, in
 * which an object of known properties has no others.
 */
export const strictSchema = (given: Schema): Schema => {
  const schema = withJsonTypes(given)
  const entries = Object.entries(schema).filter(([key]) => kept.has(key))
  const strict = Object.fromEntries(entries.map(([key, value]) => [key, strictValue(key, value)]))
  const isClosed = schema.properties !== undefined && schema.type !== undefined && !isOpen(schema)
  return isClosed ? { ...strict, additionalProperties: false } : strict
}
