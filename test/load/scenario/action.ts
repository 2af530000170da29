import { z } from 'zod'
import type { Visit } from './visit.ts'

/** A kind of step of a flow. */
export interface Action {
  /** The fields of the step besides `do`. */
  readonly fields: z.ZodRawShape
  /** Whether the report shows how long it takes. */
  readonly isMeasured: boolean
  /** The function that performs a step with these fields; it rejects with `StepFailed`. */
  readonly prepare: (step: object) => (visit: Visit) => Promise<void>
}

export const defineAction = <Fields extends z.ZodRawShape>(
  fields: Fields,
  perform: (visit: Visit, step: z.output<z.ZodObject<Fields>>) => Promise<void>,
  isMeasured = true,
): Action => {
  const schema = z.object(fields)
  return {
    fields,
    isMeasured,
    prepare: (step) => {
      const parsed = schema.parse(step)
      return (visit) => perform(visit, parsed)
    },
  }
}
