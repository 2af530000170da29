/** The rows of rare changes that a database function writes, by group. A group without rows is absent. */
export type ChangeRows = Readonly<Record<string, readonly object[]>>

/** The groups that have rows; undefined: none has. */
export const filledGroups = (groups: ChangeRows): ChangeRows | undefined => {
  const filled = Object.entries(groups).filter(([, rows]) => rows.length > 0)
  return filled.length === 0 ? undefined : Object.fromEntries(filled)
}
