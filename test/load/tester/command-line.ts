import type { OptionValues } from './option-values.ts'
import { programName } from './program-name.ts'

/** Their values may contain secrets, or are known to the person only. */
const placeholders: Readonly<Record<string, string>> = { tokens: 'TOKENS_FILE', 'token-command': 'TOKEN_COMMAND' }

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)

const argumentsOf = (name: string, value: unknown): readonly string[] => {
  if (value === undefined || value === false) return []
  if (value === true) return [`--${name}`]
  const values = Array.isArray(value) ? value : [value]
  return values.map((each) => `--${name} ${placeholders[name] ?? quoted(String(each))}`)
}

/** The command that repeats a run with all its options, without tokens, because reports are shared. */
export const commandLine = (values: OptionValues, seed: number): string =>
  [programName, ...Object.entries({ ...values, seed: String(seed) }).flatMap(([name, value]) => argumentsOf(name, value))].join(
    ' ',
  )
