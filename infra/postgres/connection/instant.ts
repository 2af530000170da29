const first = Date.parse('0001-01-01T00:00:00.000Z')
const last = Date.parse('9999-12-31T23:59:59.999Z')

/** The instant as Postgres reads it: years that it writes otherwise, where no message lies, become the nearest it knows. */
export const storableInstant = (instant: string): string =>
  new Date(Math.min(Math.max(Date.parse(instant), first), last)).toISOString()
