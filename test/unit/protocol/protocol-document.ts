import { readFileSync } from 'node:fs'

/** One example of PROTOCOL.md: `>` is a frame of the client, `<` a frame of the service. */
export interface Example {
  readonly direction: '>' | '<'
  readonly text: string
}

/** The text of PROTOCOL.md. */
export const documentText = readFileSync(new URL('../../../shared/protocol/PROTOCOL.md', import.meta.url), 'utf8')

/** Every line of every fenced block, in order; throws if a line is not an example. */
export const examples: readonly Example[] = [...documentText.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.split('\n').filter(Boolean).map(exampleOf),
)

function exampleOf(line: string): Example {
  const [, direction, text] = /^([<>]) (.+)$/.exec(line) ?? []
  if (text === undefined) throw new Error(`neither a request nor an answer: ${line}`)
  return { direction: direction as Example['direction'], text }
}

/** The cells of the table under a heading (`## Errors`), row by row, without the header row. */
export const rowsUnder = (heading: string): readonly (readonly string[])[] => {
  const section = documentText.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

/** The entries of the table of contents, and the headings of the document. */
export const contents = {
  listed: [...documentText.matchAll(/^\d+\. \[(.+)\]\(#(.+)\)$/gm)].map(([, title = '', anchor = '']) => ({ title, anchor })),
  headings: [...documentText.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title),
  links: [...documentText.matchAll(/\]\((?!#)([^)]+)\)/g)].map(([, path = '']) => path),
  anchors: [...documentText.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor),
}
