import { setImmediate as nextTurn } from 'node:timers/promises'

/** Works on the parts one after the other, each in a turn of the process of its own, so that long work delays nothing else. */
export const inTurns = async <Item, Result>(
  parts: readonly (readonly Item[])[],
  work: (part: readonly Item[]) => readonly Result[] | Promise<readonly Result[]>,
): Promise<readonly Result[]> => {
  const results: Result[] = []
  for (const [index, part] of parts.entries()) {
    if (index > 0) await nextTurn()
    results.push(...(await work(part)))
  }
  return results
}
