import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { supportedLevel } from '../../../shared/protocol/feature-level.ts'
import { callerIdChars } from '../../../shared/protocol/fields.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import { invalidField, invalidRequest, reasonOf } from './request-errors.ts'

/** A valid request, or the error that answers an invalid frame. */
export type ReadFrame = { readonly request: Request } | { readonly ref: RequestRef; readonly error: ErrorBody }

/** Parses and validates the text of a frame. An error names field and reason. Never throws. */
export type FrameReader = (text: string) => ReadFrame

type FrameSchemas = ReturnType<typeof requestSchemas>

const unparsed: RequestRef = { event: 'error' }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The deepest optional fields are those of `body.query`. */
const levels = 3

/** `body.data`: the application's own object. */
const isOwnData = (name: string, level: number): boolean => level === 2 && name === 'data'

/** A field that is `null` counts as absent: many JSON libraries write an optional field this way. */
const dropNulls = (value: Record<string, unknown>, level = 1): void => {
  for (const [name, field] of Object.entries(value)) {
    if (field === null) Reflect.deleteProperty(value, name)
    else if (level < levels && !isOwnData(name, level))
      for (const part of [field].flat()) if (isObject(part)) dropNulls(part, level + 1)
  }
}

const parse = (text: string): Record<string, unknown> | undefined => {
  const value = parseJson(text)
  if (!isObject(value)) return undefined
  if (text.includes('null')) dropNulls(value)
  return value
}

const isCallerId = (id: unknown): id is string =>
  typeof id === 'string' && id.length > 0 && id.length <= callerIdChars && id.isWellFormed()

const isWhole = (id: unknown): id is number => Number.isSafeInteger(id)

/** The `id` that an error repeats. A number is invalid, but is repeated too, so that the client can match the error. */
const callerIdOf = (id: unknown): { id?: string | number } => (isCallerId(id) || isWhole(id) ? { id } : {})

/** The event name to repeat in an error, at most 64 characters. */
const eventOf = (event: unknown): string =>
  typeof event === 'string' && event.length <= 64 && event.isWellFormed() ? event : unparsed.event

/**
 * `level`: the feature level now; events and fields of a later one are refused as unknown. `absent`: the events that this
 * gateway does not have.
 */
export const createFrameReader = (
  limits: ProtocolLimits,
  level: () => number = () => supportedLevel,
  absent: ReadonlySet<string> = new Set(),
): FrameReader => {
  const byLevel = new Map<number, FrameSchemas>()
  const schemasAt = (wanted: number): FrameSchemas => {
    const schemas = byLevel.get(wanted) ?? requestSchemas(limits, wanted)
    byLevel.set(wanted, schemas)
    return schemas
  }
  return (text) => {
    const schemas = schemasAt(level())
    const value = parse(text)
    if (value === undefined)
      return {
        ref: unparsed,
        error: invalidField('frame', 'not a JSON object'),
      }
    const { event } = value
    const id = callerIdOf(value.id)
    if (typeof event !== 'string') {
      return {
        ref: { ...unparsed, ...id },
        error: invalidField('event', 'must be a string'),
      }
    }
    if (!Object.hasOwn(schemas, event) || absent.has(event)) {
      return {
        ref: { event: eventOf(event), ...id },
        error: errorBody('unknown_event', 'event: there is no such event', { field: 'event', reason: 'there is no such event' }),
      }
    }
    const parsed = schemas[event as keyof typeof schemas].safeParse(value, { error: reasonOf })
    return parsed.success ? { request: parsed.data } : { ref: { event, ...id }, error: invalidRequest(parsed.error) }
  }
}
