/** Where a gateway's core says what went wrong: fixed text plus fields, never content. pino's logger is one. */
export interface GatewayLog {
  error(fields: object, text: string): void
}
