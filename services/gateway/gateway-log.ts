/** The log of a gateway's core: fixed texts plus fields, never message content. A pino logger implements it. */
export interface GatewayLog {
  debug(fields: object, text: string): void
  error(fields: object, text: string): void
}
