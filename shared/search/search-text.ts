import type { Word } from './words.ts'
import { pairsOf, wordsOf } from './words.ts'

/** A place in a text: UTF-16 code units, the end exclusive. */
export type TextRange = readonly [from: number, to: number]

/** A text to search for. */
export interface SearchText {
  /** A message has all of these terms, or it does not match. Longer ones, which are expected to be rarer, come first. */
  readonly terms: readonly string[]
  /** The places of the words in a text that has all of them; undefined: it does not match. */
  find(text: string): readonly TextRange[] | undefined
}

/** Places that are reported for one message at most. */
const mostPlaces = 50

/** Different words of one search at most: each is compared with each run of a found text. */
const mostWords = 20

const keyOf = ({ kind, folded }: Word): string => `${kind} ${folded}`

/** The words of a search that one text still needs to have. */
type Missing = Set<string>

/** The different words of a search, by their keys, and those of them that are runs. */
interface AskedWords {
  readonly keys: ReadonlySet<string>
  readonly runs: readonly { readonly key: string; readonly folded: string }[]
}

/** Why nothing can be found by this text; undefined: it can be searched for. */
export const whyNotSearchable = (text: string): string | undefined => {
  const words = new Set([...wordsOf(text)].map(keyOf)).size
  if (words === 0) return 'has no letter, digit or emoji to search for'
  return words > mostWords ? `must have at most ${mostWords} words` : undefined
}

const byLength = (one: string, other: string): number => other.length - one.length

/** The places of a part in a run: the whole run if folding has changed its length. */
const placesIn = (run: Word, part: string): readonly TextRange[] => {
  const isShifted = run.folded.length !== run.to - run.from
  const places: TextRange[] = []
  for (
    let at = run.folded.indexOf(part);
    at >= 0 && places.length < mostPlaces;
    at = run.folded.indexOf(part, at + part.length)
  ) {
    if (isShifted) return [[run.from, run.to]]
    places.push([run.from + at, run.from + at + part.length])
  }
  return places
}

/** In order, and without overlaps. */
const merged = (places: readonly TextRange[]): readonly TextRange[] => {
  const result: [number, number][] = []
  for (const [from, to] of places.toSorted(([one], [other]) => one - other)) {
    const last = result.at(-1)
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to)
    else if (result.length < mostPlaces) result.push([from, to])
  }
  return result
}

/** The places of a word of a text that match. Removes what it has from `missing`. `onlyMissing`: what was found before is not looked for. */
const placesOf = (word: Word, { keys, runs }: AskedWords, missing: Missing, onlyMissing: boolean): readonly TextRange[] => {
  if (word.kind === 'word') {
    const key = keyOf(word)
    if (!keys.has(key)) return []
    missing.delete(key)
    return [[word.from, word.to]]
  }
  const found: TextRange[] = []
  for (const { key, folded } of runs) {
    if (folded.length > word.folded.length || (onlyMissing && !missing.has(key))) continue
    const places = placesIn(word, folded)
    if (places.length === 0) continue
    missing.delete(key)
    found.push(...places)
  }
  return found
}

/** Reads no further than needed: a user may search for words that a large page of long texts has many times. */
const findIn = (text: string, asked: AskedWords): readonly TextRange[] | undefined => {
  const missing: Missing = new Set(asked.keys)
  const places: TextRange[] = []
  let matchingWords = 0
  for (const word of wordsOf(text)) {
    const isFull = matchingWords >= mostPlaces
    if (isFull && missing.size === 0) break
    const found = placesOf(word, asked, missing, isFull)
    if (isFull || found.length === 0) continue
    places.push(...found)
    matchingWords += 1
  }
  return missing.size > 0 ? undefined : merged(places)
}

/** Reads the words of a search. A word matches as a whole; a run also inside of a longer run. */
export const searchText = (text: string): SearchText => {
  const asked = [...new Map([...wordsOf(text)].map((word) => [keyOf(word), word])).values()]
  const keys = new Set(asked.map(keyOf))
  const runs = asked.filter(({ kind }) => kind === 'run').map((word) => ({ key: keyOf(word), folded: word.folded }))
  const terms = asked.flatMap(({ kind, folded }) => (kind === 'word' ? [folded] : pairsOf(folded)))
  return { terms: [...new Set(terms)].sort(byLength), find: (found) => findIn(found, { keys, runs }) }
}
