/** The entry of a table with this name. */
export const namedBy = <T>(table: Readonly<Record<string, T>>, name = ''): T => {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) throw new Error(`"${name}" is not one of ${Object.keys(table).join(', ')}`)
  return found
}
