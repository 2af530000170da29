/** The first entries that fit into a page: at least one, if there is any. */
export const entriesInPage = <Entry>(
  entries: readonly Entry[],
  maxBytes: number,
  textOf: (entry: Entry) => string,
): readonly Entry[] => {
  let bytes = 0
  const end = entries.findIndex((entry, index) => {
    bytes += Buffer.byteLength(textOf(entry))
    return index > 0 && bytes > maxBytes
  })
  return end === -1 ? entries : entries.slice(0, end)
}
