import type { Setting } from './setting.ts'
import { settings } from './settings.ts'

const begin = '<!-- configuration: written by `npm run docs` from shared/runtime/config/settings.ts -->'
const end = '<!-- end of configuration -->'

const titles: { readonly [Group in keyof typeof settings]: string } = {
  services: 'Addresses, mode and logs',
  access: 'Access control',
  security: 'TLS and logins for Kafka and Redis',
  files: 'Files of messages',
  relay: 'Relay, webhooks and notifications',
  times: 'Times, in milliseconds',
  bounds: 'Bounds of queues, buffers and batches',
  limits: 'Limits of requests',
  rates: 'Rate limits: per minute, and in a burst',
}

const row = ([key, { shown, meaning }]: readonly [string, Setting]): string => `| \`${key}\` | ${shown} | ${meaning} |`

const table = (group: keyof typeof settings): string =>
  [
    `**${titles[group]}**`,
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(settings[group]).map(row),
  ].join('\n')

/** The table of all variables, as Markdown. */
export const configTable = (): string => (Object.keys(titles) as (keyof typeof settings)[]).map(table).join('\n\n')

/** The document with its table replaced by that of the settings; throws where the markers of the table are missing. */
export const withConfigTable = (document: string): string => {
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error('the document lacks the markers of the configuration table')
  return `${document.slice(0, from)}${begin}\n\n${configTable()}\n\n${document.slice(to)}`
}
