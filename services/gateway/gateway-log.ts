import type { Log } from '../../shared/runtime/observability/log.ts'

/** The log of a gateway's core: fixed texts plus fields, never message content. A pino logger implements it. */
export type GatewayLog = Pick<Log, 'debug' | 'error'>
