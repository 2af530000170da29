type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `new-message.request.body` → `NewMessageRequestBody`. */
const pascalCase = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

/** An alternative is named by the field that only it requires, or else by its type. */
const alternativeName = (name: string, schema: Schema): string => {
  const [field = schema.type] = Array.isArray(schema.required) ? (schema.required as string[]) : []
  return `${name}.${String(field)}`
}

/**
 * Gives a title to every object, choice and enumeration in a JSON Schema. Generators
 * name a model by its title; without one it is an `AnonymousSchema`.
 */
export const withTitles = (schema: Schema, name: string): Schema => {
  const { properties, items, anyOf, additionalProperties } = schema
  const titled = (value: unknown, part: string): unknown => (isSchema(value) ? withTitles(value, `${name}.${part}`) : value)
  const isModel = schema.type === 'object' || schema.enum !== undefined || anyOf !== undefined
  return {
    ...(isModel ? { title: pascalCase(name) } : {}),
    ...schema,
    ...(isSchema(properties)
      ? { properties: Object.fromEntries(Object.entries(properties).map(([field, value]) => [field, titled(value, field)])) }
      : {}),
    ...(isSchema(items) ? { items: titled(items, 'item') } : {}),
    ...(isSchema(additionalProperties) ? { additionalProperties: titled(additionalProperties, 'entry') } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map((each: Schema) => withTitles(each, alternativeName(name, each))) } : {}),
  }
}
