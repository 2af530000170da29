import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { pino, stdTimeFunctions } from 'pino'
import { loggedError } from './logged-error.ts'
import { programVersion } from './program-version.ts'
import { readableLine } from './readable-line.ts'

export type { Logger } from 'pino'

/** Options of `createLogger`. */
export interface LoggerOptions {
  readonly level: string
  /** The name of the process: gateway, writer, admin … */
  readonly name: string
  /** Receives each JSON line; stdout if absent. */
  readonly write?: (line: string) => void
}

const writeReadable = (line: string): void => void process.stdout.write(readableLine(line))

/**
 * Logs fixed text plus fields: as JSON lines, or as readable lines if stdout
 * is a terminal. Callers never give it message texts, tokens or URLs with
 * passwords; of an error it keeps the fields that `loggedError` selects.
 */
export const createLogger = ({ level, name, write }: LoggerOptions): Logger => {
  const options = {
    level,
    // In a cluster the host is the pod.
    base: { name, version: programVersion, host: hostname(), pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: loggedError, error: (value: unknown) => (value instanceof Error ? loggedError(value) : value) },
  }
  const writing = write ?? (process.stdout.isTTY ? writeReadable : undefined)
  return writing === undefined ? pino(options) : pino(options, { write: writing })
}
