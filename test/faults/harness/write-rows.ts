import { readFileSync, writeFileSync } from 'node:fs'

const firstCell = (line: string): string => line.split('|')[1]?.trim() ?? ''

/**
 * Returns the document with these rows in the table between `<!-- name -->` and
 * `<!-- end of name -->`. A row replaces the row with the same first cell, or is
 * appended if there is none.
 */
export const withRows = (document: string, name: string, head: string, rows: readonly string[]): string => {
  const [opening, closing] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`]
  const [from, to] = [document.indexOf(opening), document.indexOf(closing)]
  if (from < 0 || to < from) throw new Error(`no table "${name}" between ${opening.trim()} and ${closing}`)
  const start = from + opening.length
  const held = new Map<string, string>()
  const lines = document.slice(start, to).split('\n')
  for (const line of [...lines.filter((each) => each.startsWith('| ')).slice(2), ...rows]) held.set(firstCell(line), line)
  return `${document.slice(0, start)}\n${[head, ...held.values()].join('\n')}\n\n${document.slice(to)}`
}

/** Writes rows into the table with this name in the document. */
export const writeRows = (file: string, name: string, head: string, rows: readonly string[]): void =>
  writeFileSync(file, withRows(readFileSync(file, 'utf8'), name, head, rows))
