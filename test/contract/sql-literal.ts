import pg from 'pg'

/** A value as a literal of SQL, for statements that take no parameters (EXECUTE of a prepared one). */
export const sqlLiteral = (value: unknown): string => {
  if (value === null) return 'null'
  if (!Array.isArray(value)) return pg.escapeLiteral(String(value))
  const items = value.map((item) => (item === null ? 'null' : JSON.stringify(String(item))))
  return pg.escapeLiteral(`{${items.join(',')}}`)
}
