import { whole } from '../tester/units.ts'

export const htmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A row of a table; its cells are HTML. */
export const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`

/** A table that scrolls sideways on a narrow screen; its cells are HTML. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[], className = ''): string =>
  `<div class="scrolled"><table${className === '' ? '' : ` class="${className}"`}><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells)).join('')}</tbody></table></div>`

const unbrokenMost = 14

/** A short value stays on one line; an address may have to break. */
const valueCell = (value: string): string =>
  value.length > unbrokenMost ? htmlText(value) : `<span class="unbroken">${htmlText(value)}</span>`

/** A table of names and values, which are plain texts. */
export const pairs = (entries: readonly (readonly [string, string])[]): string =>
  `<table class="pairs"><tbody>${entries.map(([name, value]) => row([htmlText(name), valueCell(value)])).join('')}</tbody></table>`

/** Counts by name; a line that says so if there are none. */
export const counted = (record: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(record).map(([name, count]) => [name, whole(count)] as const)
  return pairs(entries.length === 0 ? [['none', '']] : entries)
}

export const section = (title: string, content: string): string => `<section><h2>${title}</h2>${content}</section>`
