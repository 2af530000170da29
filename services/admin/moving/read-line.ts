import { parseJson } from '../../../shared/protocol/parse-json.ts'
import { LineError, lineErrorOf } from './line-fault.ts'
import type { Line, LineKind, LineOf } from './lines.ts'
import { lineSchemas } from './lines.ts'

const kindOf = (value: unknown): LineKind | undefined => {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  return typeof kind === 'string' && Object.hasOwn(lineSchemas, kind) ? (kind as LineKind) : undefined
}

/** The line of a text; throws `LineError`. */
export const readLine = (text: string): Line => {
  const value = parseJson(text)
  if (value === undefined) throw new LineError('', 'is not JSON')
  const kind = kindOf(value)
  if (kind === undefined) throw new LineError('kind', `must be one of ${Object.keys(lineSchemas).join(', ')}`)
  const parsed = lineSchemas[kind].safeParse(value)
  if (!parsed.success) throw lineErrorOf(parsed.error)
  return parsed.data as Line
}

/** The first line of a file; throws an `Error` if the text is none, or of another version. */
export const readHeader = (text: string | undefined): LineOf<'export'> => {
  const value = parseJson(text ?? '') as Partial<Record<string, unknown>> | undefined
  const parsed = lineSchemas.export.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Error(
    `the first line must be like {"kind":"export","version":1,"source":"my-chat"}: ${lineErrorOf(parsed.error).message}`,
  )
}
