/** A part of a text; marked if a search has found it. */
export interface ExcerptPart {
  readonly text: string
  readonly isMarked: boolean
}

/** Characters of an excerpt, and those before the first place. */
const [shownChars, charsBefore] = [200, 60]

const isLowSurrogate = (text: string, at: number): boolean => /[\uDC00-\uDFFF]/.test(text[at] ?? '')

/** The beginning of an excerpt: not inside of a character. */
const beginningOf = (text: string, first: number): number => {
  const at = Math.max(0, first - charsBefore)
  return isLowSurrogate(text, at) ? at + 1 : at
}

/** The part of a text around the first place that a search has found, with all places in it marked. */
export const excerptOf = (text: string, places: readonly (readonly [from: number, to: number])[]): readonly ExcerptPart[] => {
  const begin = beginningOf(text, places[0]?.[0] ?? 0)
  const end = begin + shownChars
  const parts: ExcerptPart[] = begin > 0 ? [{ text: '…', isMarked: false }] : []
  let at = begin
  for (const [from, to] of places.filter((place) => place[0] < end)) {
    parts.push({ text: text.slice(at, from), isMarked: false }, { text: text.slice(from, to), isMarked: true })
    at = to
  }
  if (at < end) parts.push({ text: text.slice(at, end), isMarked: false })
  return [
    ...parts.filter((part) => part.text !== ''),
    ...(Math.max(at, end) < text.length ? [{ text: '…', isMarked: false }] : []),
  ]
}
