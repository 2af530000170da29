import { z } from 'zod'
import type { JsonObject } from '../domain/events.ts'

/** The deepest nesting of `data`; the object itself is level 1. */
export const dataDepth = 8

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const textProblem = (value: string): string | undefined =>
  value.isWellFormed() && !value.includes('\0') ? undefined : 'must be well-formed Unicode without U+0000'

/** Why a value cannot be stored as it is; undefined: it can. Postgres refuses U+0000, and JSON has no infinite number. */
const problemOf = (value: unknown, depth: number): string | undefined => {
  if (typeof value === 'string') return textProblem(value)
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'has a number that is too large'
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > dataDepth) return `must be nested at most ${dataDepth} levels deep`
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') return 'must not have a member named __proto__'
    const problem = textProblem(name) ?? problemOf(member, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

const dataProblem = (value: unknown, maxBytes: number): string | undefined => {
  if (!isObject(value)) return 'must be an object'
  const problem = problemOf(value, 1)
  if (problem !== undefined) return problem
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length
  return bytes > maxBytes ? `must have at most ${maxBytes} bytes as JSON` : undefined
}

/**
 * A JSON object of the application, limited in size and depth. Its members pass unchanged, in their order. Not a
 * `z.record`, which drops a member named `__proto__` without an error.
 */
export const dataObject = (maxBytes: number) =>
  z
    .unknown()
    .superRefine((value, context) => {
      const message = dataProblem(value, maxBytes)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .meta({ type: 'object' }) as z.ZodType<JsonObject>
