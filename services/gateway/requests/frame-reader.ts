import type { z } from 'zod'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { supportedLevel } from '../../../shared/protocol/feature-level.ts'
import { callerIdChars } from '../../../shared/protocol/fields.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import type { Asked } from './requester.ts'

export type ReadFrame = { readonly request: Request } | { readonly asked: Asked; readonly error: ErrorBody }

/** Text → validated request, or the error that names field and reason. Never throws. */
export type FrameReader = (text: string) => ReadFrame

type Schemas = ReturnType<typeof requestSchemas>

const unparsed: Asked = { event: 'error' }

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A correlation string is repeated only if it is one. */
const callerIdOf = (id: unknown): { id?: string } =>
  typeof id === 'string' && id.length > 0 && id.length <= callerIdChars && id.isWellFormed() ? { id } : {}

const fieldOf = (issue: z.core.$ZodIssue): string => {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  return path.map(String).join('.') || 'frame'
}

/** A union's own words help nobody: take the branch that came closest. */
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

/** The event as errors repeat it: never more than a name. */
const eventOf = (event: unknown): string =>
  typeof event === 'string' && event.length <= 64 && event.isWellFormed() ? event : unparsed.event

/** Whom to answer, of a frame that is not going to be looked at any further. Never throws. */
export const askedOf = (text: string): Asked => {
  const { event, id } = parse(text) ?? {}
  return { event: eventOf(event), ...callerIdOf(id) }
}

/** `level`: the feature level now; events and fields of a later one are refused as unknown. */
export const createFrameReader = (limits: ProtocolLimits, level: () => number = () => supportedLevel): FrameReader => {
  const byLevel = new Map<number, Schemas>()
  const schemasAt = (wanted: number): Schemas => {
    const schemas = byLevel.get(wanted) ?? requestSchemas(limits, wanted)
    byLevel.set(wanted, schemas)
    return schemas
  }
  return (text) => {
    const schemas = schemasAt(level())
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
