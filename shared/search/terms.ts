import { pairsOf, wordsOf } from './words.ts'

/** Terms of one message at most: a long message of many different words is found by its first ones. */
const mostTerms = 500

/**
 * The distinct terms under which a text is indexed: its words; of a run, its characters and pairs of characters, so that each
 * part of the run is found.
 */
export const termsOf = (text: string): readonly string[] => {
  const terms = new Set<string>()
  for (const { kind, folded } of wordsOf(text)) {
    const found = kind === 'word' ? [folded] : [...folded, ...pairsOf(folded)]
    for (const term of found) {
      if (terms.size === mostTerms) return [...terms]
      terms.add(term)
    }
  }
  return [...terms]
}

/** The term of the author of a message. No text has it. */
export const authorTerm = (user: string): string => `@${user}`
