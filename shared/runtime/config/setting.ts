import { z } from 'zod'

/** One environment variable: its row in CONFIGURATION.md, and the schema of its value. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly meaning: string
  /** The default, as CONFIGURATION.md shows it. */
  readonly shown: string
  readonly schema: Schema
}

/** Creates a setting. */
export const setting = <Schema extends z.ZodType>(meaning: string, shown: string, schema: Schema): Setting<Schema> => ({
  meaning,
  shown,
  schema,
})

/** A whole number in a range, both ends included. */
export const whole = (from: number, to: number) => {
  const reason = `must be a whole number from ${from} to ${to}`
  return z
    .string()
    .regex(/^\d{1,10}$/, reason)
    .transform(Number)
    .pipe(z.number().min(from, reason).max(to, reason))
}

/** One of these texts. */
export const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, `must be one of: ${values.join(', ')}`)

/** A text that matches the pattern; `reason` is the message otherwise. */
export const matching = (pattern: RegExp, reason: string) => z.string().regex(pattern, reason)

/** A URL with one of these protocols; the message names the first. Later checks may rely on it: they do not run otherwise. */
export const urlOf = (...protocols: readonly string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: `must be a URL that begins with ${protocols[0]}://`,
    abort: true,
  })

/** `true` or `false`, as a boolean. */
export const flag = oneOf('true', 'false').transform((value) => value === 'true')

/** Entries separated by commas, each of which passes the test. */
export const listOf = (isEntry: (entry: string) => boolean, reason: string) =>
  z
    .string()
    .transform((value): readonly string[] => Object.freeze(value.split(',').map((entry) => entry.trim())))
    .refine((entries) => entries.every(isEntry), reason)

/** RFC 7518: a key for HMAC with SHA-256 has at least as many bits as its hash. */
export const secretBytes = 32

/** The text of such a key. */
export const secretText = z
  .string()
  .refine((value) => Buffer.byteLength(value) >= secretBytes, `must have at least ${secretBytes} bytes`)
