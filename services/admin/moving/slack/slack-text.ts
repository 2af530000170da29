import type { SlackMessage } from './slack-schemas.ts'

/** The plain text of a message, and the users whom it mentions. */
export interface PlainText {
  readonly msg: string
  readonly mentions?: string[] | 'all'
}

const unescaped = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const wholeChat = new Set(['channel', 'here', 'everyone'])

/** The text of a reference, which Slack writes between angle brackets: a user, a channel, a group or a link. */
const referenceText = (target: string, label: string | undefined, nameOf: (user: string) => string): string => {
  const [mark, rest] = [target.slice(0, 1), target.slice(1)]
  if (mark === '@') return `@${label ?? nameOf(rest)}`
  if (mark === '#') return `#${label ?? rest}`
  if (mark === '!') return label ?? `@${rest.split('^')[0] ?? ''}`
  return label === undefined || label === target ? target : `${label} (${target})`
}

/** Slack's text without its marks. A file is named in the text, because the export of Slack has only a link to it. */
export const plainTextOf = (message: SlackMessage, nameOf: (user: string) => string): PlainText => {
  const mentioned = new Set<string>()
  let isForAll = false
  const written = (message.text ?? '').replaceAll(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target: string, label?: string) => {
    if (target.startsWith('@')) mentioned.add(target.slice(1))
    if (target.startsWith('!') && wholeChat.has(target.slice(1))) isForAll = true
    return referenceText(target, label, nameOf)
  })
  const attached = written === '' ? (message.attachments ?? []).map(({ fallback, text }) => text ?? fallback ?? '') : []
  const files = (message.files ?? []).map(({ name, title }) => `[file: ${name ?? title ?? 'without a name'}]`)
  const msg = [unescaped(written), ...attached.map(unescaped), ...files]
    .filter((part) => part !== '')
    .join('\n')
    .replaceAll('\0', '')
    .toWellFormed()
  if (isForAll) return { msg, mentions: 'all' }
  return mentioned.size === 0 ? { msg } : { msg, mentions: [...mentioned].slice(0, 64) }
}
