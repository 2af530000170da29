import type { z } from 'zod'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { callerIdChars } from '../../../shared/protocol/fields.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import type { Asked } from './requester.ts'

export type ReadFrame = { readonly request: Request } | { readonly asked: Asked; readonly error: ErrorBody }

/** Parses and validates the text of a frame. An error names field and reason. Never throws. */
export type FrameReader = (text: string) => ReadFrame

const unparsed: Asked = { event: 'error' }

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The `id` to repeat in an answer, if it is valid. */
const callerIdOf = (id: unknown): { id?: string } =>
  typeof id === 'string' && id.length > 0 && id.length <= callerIdChars && id.isWellFormed() ? { id } : {}

const fieldOf = (issue: z.core.$ZodIssue): string => {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  return path.map(String).join('.') || 'frame'
}

/** The issue of a union is replaced by that of the branch with the fewest issues, because its own text names no field. */
const innermost = (issue: z.core.$ZodIssue): z.core.$ZodIssue => {
  if (issue.code !== 'invalid_union') return issue
  const branches = issue.errors.filter((branch) => branch.length > 0).sort((a, b) => a.length - b.length)
  const inner = branches[0]?.[0]
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}

const invalid = (error: z.ZodError): ErrorBody => {
  const [first] = error.issues
  if (first === undefined) return errorBody('invalid', 'frame: not valid')
  const issue = innermost(first)
  const field = fieldOf(issue).slice(0, 200)
  const reason = issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message
  return errorBody('invalid', `${field}: ${reason}`, { field, reason })
}

/** The event name to repeat in an error, at most 64 characters. */
const eventOf = (event: unknown): string =>
  typeof event === 'string' && event.length <= 64 && event.isWellFormed() ? event : unparsed.event

/** Reads only what an error has to repeat of a frame. Never throws. */
export const askedOf = (text: string): Asked => {
  const { event, id } = parse(text) ?? {}
  return { event: eventOf(event), ...callerIdOf(id) }
}

export const createFrameReader = (limits: ProtocolLimits): FrameReader => {
  const schemas = requestSchemas(limits)
  return (text) => {
    const value = parse(text)
    if (value === undefined)
      return {
        asked: unparsed,
        error: errorBody('invalid', 'frame: not a JSON object', { field: 'frame', reason: 'not a JSON object' }),
      }
    const { event } = value
    const id = callerIdOf(value.id)
    if (typeof event !== 'string') {
      return {
        asked: { ...unparsed, ...id },
        error: errorBody('invalid', 'event: must be a string', { field: 'event', reason: 'must be a string' }),
      }
    }
    if (!Object.hasOwn(schemas, event)) {
      return {
        asked: { event: eventOf(event), ...id },
        error: errorBody('unknown_event', 'event: there is no such event', { field: 'event', reason: 'there is no such event' }),
      }
    }
    const parsed = schemas[event as keyof typeof schemas].safeParse(value)
    return parsed.success ? { request: parsed.data } : { asked: { event, ...id }, error: invalid(parsed.error) }
  }
}
