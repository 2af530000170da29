import type { Log } from '../../shared/runtime/observability/log.ts'

/** A log that keeps its lines for assertions, except those of level debug. */
export const recordingLog = (): Log & { readonly lines: readonly string[] } => {
  const lines: string[] = []
  const record = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  return { lines, debug: () => {}, info: record, warn: record, error: record }
}
