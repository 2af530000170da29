import type { DatabaseLog } from '../../infra/postgres/connection/database-log.ts'

/** A log that keeps what it is told, for tests. */
export const keepingLog = (): DatabaseLog & { readonly lines: readonly string[] } => {
  const lines: string[] = []
  const keep = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  return { lines, info: keep, warn: keep, error: keep }
}
