/** Where a fan-out says what happens to it: fixed text plus fields, never content. pino's logger is one. */
export interface FanOutLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
