import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..')
const [begin, end] = ['<!-- table: written by `npm run bench -- --write` -->', '<!-- end of table -->']

/** Writes the table into README.md of the benchmarks, and the pictures into the same folder. */
export const writeReport = (table: string, about: string, pictures: Readonly<Record<string, string>>): void => {
  const file = join(folder, 'README.md')
  const text = readFileSync(file, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error('README.md has no place for the table')
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${about}\n\n${table}\n${text.slice(to)}`)
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(folder, name), svg)
}
