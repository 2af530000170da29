/** Where a gateway's core tells of single commands and of what went wrong: fixed text plus fields, never content. pino's logger is one. */
export interface GatewayLog {
  debug(fields: object, text: string): void
  error(fields: object, text: string): void
}
