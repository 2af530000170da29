import { z } from 'zod'

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly not?: object
}

const fields = (schema: JsonSchema, path: string): string[] => {
  const branches = schema.anyOf ?? (schema.items === undefined ? [] : [schema.items])
  const own = Object.entries(schema.properties ?? {}).filter(([, member]) => member.not === undefined)
  return [
    ...branches.flatMap((branch) => fields(branch, path)),
    ...own.flatMap(([key, member]) => [`${path}${key}`, ...fields(member, `${path}${key}.`)]),
  ]
}

/** The paths of all fields of a schema; array entries add no step, and maps end a path. */
export const fieldsOf = (schema: z.ZodType): string[] => [
  ...new Set(fields(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, '')),
]

/** The paths of all fields of a value, in the same notation; `maps` are the paths of objects whose keys are not fields. */
export const fieldsIn = (value: unknown, maps: readonly string[], path = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsIn(item, maps, path))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    maps.some((map) => path === `${map}.`)
      ? fieldsIn(member, maps, path)
      : [`${path}${key}`, ...fieldsIn(member, maps, `${path}${key}.`)],
  )
}
