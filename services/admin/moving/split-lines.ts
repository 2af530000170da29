/** One line of a file, and its number from 1. */
export interface NumberedLine {
  readonly number: number
  readonly text: string
}

/** Much longer than any line that can be imported. */
const longestLine = 32 * 1024 * 1024

/** The text of a line with its next piece; a line that is too long is cut, and is not JSON then. */
const lengthened = (line: string, piece: string): string => (line.length > longestLine ? line : line + piece)

/**
 * The lines of a text that arrives in pieces, without the empty ones; only U+000A ends a line. Not `node:readline`, which also
 * ends a line at U+2028, a character that texts in JSON may have.
 */
export async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<NumberedLine> {
  let number = 0
  let rest = ''
  for await (const piece of pieces) {
    const [first = '', ...others] = piece.split('\n')
    const texts = [lengthened(rest, first), ...others]
    rest = texts.pop() ?? ''
    for (const text of texts) {
      number += 1
      if (text.trim() !== '') yield { number, text }
    }
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest }
}
