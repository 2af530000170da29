const first = Date.parse('0001-01-01T00:00:00.000Z')
const last = Date.parse('9999-12-31T23:59:59.999Z')

/** The instant in a format that Postgres reads; years outside 1 to 9999, in which no message lies, are clamped. */
export const storableInstant = (instant: string): string =>
  new Date(Math.min(Math.max(Date.parse(instant), first), last)).toISOString()
