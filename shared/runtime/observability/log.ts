/** Receives log lines: a fixed text with fields, never message content or secrets. The process's pino logger implements it. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
