/** A statement, and the name under which Postgres prepares it. Each name has exactly one text. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Runs statements and returns their rows. Rejects with `StoreError` only. */
export interface DatabaseSession {
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** SQL for an instant in the format of the protocol: a stored instant is returned as the same text. */
export const isoText = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** An array literal of ids or numbers, which need no escaping; the driver would check each element. */
export const arrayText = (items: Iterable<string | number>): string => `{${[...items].join(',')}}`
