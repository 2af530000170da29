/** Splits a list, in order, into parts whose sizes add up to at most `maxSize`; a larger item forms a part of its own. */
export const inParts = <Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  maxSize: number,
): readonly (readonly Item[])[] => {
  const parts: Item[][] = []
  let room = 0
  for (const item of items) {
    const size = sizeOf(item)
    const part = parts.at(-1)
    if (part === undefined || size > room) {
      parts.push([item])
      room = maxSize - size
    } else {
      part.push(item)
      room -= size
    }
  }
  return parts
}
