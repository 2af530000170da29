/** Where a gateway tells of single commands: fixed text plus fields, never content. pino's logger is one. */
export interface GatewayLog {
  debug(fields: object, text: string): void
}
