import { allRoomEvents } from '../room-events/room-events.ts'
import { closeCodes, mayReconnect } from './close-codes.ts'
import { errors } from './errors.ts'
import type { Price } from './price.ts'
import { priceCells } from './price.ts'
import { prices } from './prices.ts'

const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const eventsTable = (): string =>
  table(
    ['event', 'membership', 'level', 'what it does'],
    allRoomEvents.map(({ name, membership, level, summary }) => [
      `\`${name}\``,
      membership === 'none' ? '' : `${membership} users`,
      String(level),
      summary,
    ]),
  )

const pricesTable = (): string =>
  table(
    ['event', 'price', 'additional price'],
    Object.entries<Price | undefined>(prices).map(([event, price]) => [`\`${event}\``, ...priceCells(price)]),
  )

const errorsTable = (): string =>
  table(
    ['code', 'HTTP', 'retryable', 'meaning'],
    Object.entries(errors).map(([code, { status, retryable, meaning }]) => [
      `\`${code}\``,
      String(status),
      yesOrNo(retryable),
      meaning,
    ]),
  )

const closeCodesTable = (): string =>
  table(
    ['code', 'reason', 'reconnect', 'meaning'],
    Object.values(closeCodes).map(({ code, reason, meaning }) => [String(code), reason, yesOrNo(mayReconnect(code)), meaning]),
  )

/** The tables of PROTOCOL.md that follow from the code, as Markdown. */
export const protocolTables = () => ({
  events: eventsTable(),
  prices: pricesTable(),
  errors: errorsTable(),
  'close codes': closeCodesTable(),
})

const withTable = (document: string, name: string, text: string): string => {
  const begin = `<!-- ${name}: written by \`npm run docs\` -->`
  const end = `<!-- end of ${name} -->`
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error(`the document has no place for the table of ${name}`)
  return `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`
}

/** The document with these tables replaced; throws where the markers of a table are missing. */
export const withProtocolTables = (document: string): string =>
  Object.entries(protocolTables()).reduce((text, [name, rows]) => withTable(text, name, rows), document)
