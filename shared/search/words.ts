import { fold } from './fold.ts'

/**
 * The part of a text that a search can find. `run`: text of a script that has no spaces between words. Rules of a language
 * are not applied, so no setting names one, and the same text has the same words in every version of the runtime.
 */
export interface Word {
  readonly kind: 'word' | 'run'
  /** The place in the text, in UTF-16 code units; `to` is exclusive. */
  readonly from: number
  readonly to: number
  readonly folded: string
}

/** Scripts without spaces between words; and Hangul, whose particles are attached to words. */
const unspaced = ['Han', 'Hira', 'Kana', 'Hang', 'Bopo', 'Thai', 'Laoo', 'Khmr', 'Mymr']
  .map((script) => `\\p{scx=${script}}`)
  .join('')

const wordCharacters = '[\\p{L}\\p{N}\\p{M}]'

/** A pictograph or a flag is a word. Punctuation and symbols belong to no word. */
const pattern = new RegExp(
  `\\p{Extended_Pictographic}|\\p{Regional_Indicator}{2}|(?<run>[[${unspaced}]&&${wordCharacters}]+)|[${wordCharacters}--[${unspaced}]]+`,
  'gv',
)

/** A longer word is compared by its beginning. */
const longestWord = 64

const shortened = (word: string): string => (word.length <= longestWord ? word : [...word].slice(0, longestWord).join(''))

/** The words of a text, in order. */
export function* wordsOf(text: string): Generator<Word> {
  for (const { 0: found, index: from, groups } of text.matchAll(pattern)) {
    const folded = fold(found)
    if (folded === '') continue
    const to = from + found.length
    if (groups?.run === undefined) yield { kind: 'word', from, to, folded: shortened(folded) }
    else yield { kind: 'run', from, to, folded }
  }
}

/** The pairs of neighbouring characters of a run, or its only character. */
export const pairsOf = (run: string): readonly string[] => {
  const characters = [...run]
  return characters.length === 1 ? characters : characters.slice(1).map((next, index) => `${characters[index]}${next}`)
}
