import type { Logger } from 'pino'
import { pino, stdTimeFunctions } from 'pino'
import { loggedError } from './logged-error.ts'

export type { Logger } from 'pino'

export interface LoggerOptions {
  readonly level: string
  /** Of the process: gateway, writer, admin … */
  readonly name: string
  /** Where lines go; stdout when absent. */
  readonly write?: (line: string) => void
}

/**
 * JSON lines: fixed text plus fields. What a person wrote, tokens and URLs
 * with passwords are never given to it; of an error it keeps what `loggedError` does.
 */
export const createLogger = ({ level, name, write }: LoggerOptions): Logger => {
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: loggedError, error: (value: unknown) => (value instanceof Error ? loggedError(value) : value) },
  }
  return write === undefined ? pino(options) : pino(options, { write })
}
