/** A row of a table of numbers, each of which an environment variable can set. */
export interface TableRow {
  readonly value: number
  readonly meaning: string
}

/** The values of such a table, frozen. */
export const valuesOf = <Name extends string>(table: Readonly<Record<Name, TableRow>>): Readonly<Record<Name, number>> => {
  const entries = Object.entries<TableRow>(table).map(([name, { value }]) => [name, value])
  return Object.freeze(Object.fromEntries(entries) as Record<Name, number>)
}
