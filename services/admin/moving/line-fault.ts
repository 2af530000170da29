import type { z } from 'zod'

/** Why one line cannot be imported. `field` is empty if the whole line is at fault. */
export interface LineFault {
  readonly field: string
  readonly reason: string
}

/** The error with the fault of a line. */
export class LineError extends Error implements LineFault {
  override readonly name = 'LineError'
  readonly field: string
  readonly reason: string
  constructor(field: string, reason: string) {
    super(field === '' ? reason : `${field}: ${reason}`)
    this.field = field
    this.reason = reason
  }
}

/** The parts of a request around the fields that a line has. */
const aroundFields = new Set<PropertyKey>(['body', 'chat', 'user'])

/** The error of the first issue of a schema. `inRequest`: the schema is that of a request, whose fields lie in its body. */
export const lineErrorOf = ({ issues: [issue] }: z.ZodError, inRequest = false): LineError => {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const path = [...(issue?.path ?? []), ...unknown]
  const fields = inRequest ? path.filter((part, place) => !(aroundFields.has(part) && place < path.length - 1)) : path
  const reason =
    unknown.length === 0 ? (issue?.message ?? '') : `is not a field ${inRequest ? 'that the service accepts' : 'of this line'}`
  return new LineError(fields.join('.'), reason)
}
