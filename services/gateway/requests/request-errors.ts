import type { z } from 'zod'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'

/** The types of JSON by the names that the validation library has for them. */
const types: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

const sizeReason = (bound: 'at least' | 'at most', limit: number | bigint, origin: string): string => {
  const unit = units[origin]
  if (unit === undefined) return `must be ${bound} ${limit}`
  return bound === 'at least' && limit === 1 ? 'must not be empty' : `must have ${bound} ${limit}${unit}`
}

const formatReason = ({ format, pattern }: { readonly format: string; readonly pattern?: string | undefined }): string =>
  format === 'datetime' ? 'must be an ISO-8601 time with a zone, like 2026-11-24T15:45:02Z' : `must match ${pattern ?? format}`

/** Describes an issue of a schema. A message that the schema itself defines takes precedence. */
export const reasonOf: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${types[issue.expected] ?? issue.expected}`
    case 'too_small':
      return sizeReason('at least', issue.minimum, issue.origin)
    case 'too_big':
      return sizeReason('at most', issue.maximum, issue.origin)
    case 'invalid_format':
      return formatReason(issue)
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'invalid_key':
      return 'must be the id of a chat, a UUID that create-chat or list-chats returns'
    case 'unrecognized_keys':
      return 'unknown field'
    default:
      return issue.message
  }
}

const fieldOf = (issue: z.core.$ZodIssue): string => {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  return path.map(String).join('.') || 'frame'
}

/** The issue of the alternative that the request matches best. */
const innermost = (issue: z.core.$ZodIssue): z.core.$ZodIssue => {
  if (issue.code !== 'invalid_union') return issue
  const branches = issue.errors.filter((branch) => branch.length > 0).sort((a, b) => a.length - b.length)
  const inner = branches[0]?.[0]
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}

export const invalidField = (field: string, reason: string): ErrorBody =>
  errorBody('invalid', `${field}: ${reason}`, { field, reason })

/** The first issue of a request, as its field and the reason. */
export const invalidRequest = (error: z.ZodError): ErrorBody => {
  const [first] = error.issues
  if (first === undefined) return errorBody('invalid', 'frame: not valid')
  const issue = innermost(first)
  return invalidField(fieldOf(issue).slice(0, 200), issue.message)
}
