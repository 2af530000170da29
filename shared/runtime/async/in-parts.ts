/** Splits a list, in order, into parts of at most `maxBytes`; a larger item forms a part of its own. */
export const inParts = <Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  maxBytes: number,
): readonly (readonly Item[])[] => {
  const parts: Item[][] = []
  let room = 0
  for (const item of items) {
    const bytes = bytesOf(item)
    const part = parts.at(-1)
    if (part === undefined || bytes > room) {
      parts.push([item])
      room = maxBytes - bytes
    } else {
      part.push(item)
      room -= bytes
    }
  }
  return parts
}
