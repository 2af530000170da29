/** One line of a file, and its number from 1. */
export interface NumberedLine {
  readonly number: number
  readonly text: string
}

/**
 * The lines of a text that arrives in pieces, without the empty ones; only U+000A ends a line. Not `node:readline`, which also
 * ends a line at U+2028, a character that texts in JSON may have.
 */
export async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<NumberedLine> {
  let number = 0
  let rest = ''
  for await (const piece of pieces) {
    const texts = (rest + piece).split('\n')
    rest = texts.pop() ?? ''
    for (const text of texts) {
      number += 1
      if (text.trim() !== '') yield { number, text }
    }
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest }
}
