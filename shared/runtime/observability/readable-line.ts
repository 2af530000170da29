import { stripVTControlCharacters, styleText } from 'node:util'

interface LogLine {
  readonly level: string
  readonly time: string
  readonly msg?: string
  readonly [field: string]: unknown
}

/** Fields that the line shows in a place of their own, or that a person at a terminal does not need. */
const placed: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'name', 'version', 'host', 'pid'])

const colours = { warn: 'yellow', error: 'red', fatal: 'red' } as const

const coloured = (level: string, text: string): string => {
  const colour = level in colours ? colours[level as keyof typeof colours] : undefined
  return colour === undefined ? text : styleText(colour, text, { stream: process.stdout })
}

const valueText = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)
}

const timeOf = (time: string): string => new Date(time).toTimeString().slice(0, 8)

/** Removes control characters, which could change the output of the terminal. In fields JSON escapes them; the text is not escaped. */
const plain = (text: string): string => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ')

/** A JSON line of the log as a line for a person: time, level, text, fields. */
export const readableLine = (json: string): string => {
  const line = JSON.parse(json) as LogLine
  const fields = Object.entries(line).filter(([key]) => !placed.has(key))
  const texts = fields.map(([key, value]) => `${key}=${valueText(value)}`)
  const level = coloured(line.level, line.level.toUpperCase().padEnd(5))
  return `${[timeOf(line.time), level, plain(line.msg ?? ''), ...texts].join(' ')}\n`
}
