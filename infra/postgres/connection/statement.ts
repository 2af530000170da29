/** A statement with its name, under which Postgres keeps it prepared. A name has one text. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Runs statements and gives their rows; every rejection is a `StoreError`. */
export interface DatabaseSession {
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** An instant as the protocol writes it: what went in as text comes out as the same text. */
export const isoText = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
