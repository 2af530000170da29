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

/** Reads the words of a search. A word matches as a whole; a run also inside of a longer run. */
export const searchText = (text: string): SearchText => {
  const asked = [...new Map([...wordsOf(text)].map((word) => [keyOf(word), word])).values()]
  const runs = asked.filter(({ kind }) => kind === 'run')
  const keys = new Set(asked.map(keyOf))
  const terms = asked.flatMap(({ kind, folded }) => (kind === 'word' ? [folded] : pairsOf(folded)))
  return {
    terms: [...new Set(terms)].sort(byLength),
    find: (found) => {
      const missing = new Set(keys)
      const places: TextRange[] = []
      const note = (key: string, more: readonly TextRange[]): void => {
        if (more.length > 0) missing.delete(key)
        places.push(...more)
      }
      for (const word of wordsOf(found)) {
        if (word.kind === 'run') for (const run of runs) note(keyOf(run), placesIn(word, run.folded))
        else if (keys.has(keyOf(word))) note(keyOf(word), [[word.from, word.to]])
      }
      return missing.size > 0 ? undefined : merged(places)
    },
  }
}
