import type { ErrorCode } from '../protocol/errors.ts'
import { ChatError } from './chat-error.ts'
import type { ChatEvents } from './chat-events.ts'
import type { Listeners } from './listeners.ts'

/** The part of a logger that the client uses; `console` and pino have it. */
export interface ClientLogger {
  info(message: string): void
  warn(message: string): void
}

/** The hooks for metrics. Durations are in milliseconds. */
export interface ClientMetrics {
  /** A request has ended. `outcome` is `ok`, the code of the error, or `lost`: the connection closed first, and the request is sent again. */
  request?(event: string, outcome: 'ok' | 'lost' | ErrorCode, durationMs: number): void
  /** The connection has another state. `closeCode` is that of the connection that was lost. */
  connection?(state: ChatEvents['state']['state'], closeCode: number | undefined): void
}

/** Reports states and resets to the hooks of the application. */
export const observe = (listeners: Listeners<ChatEvents>, logger?: ClientLogger, metrics?: ClientMetrics): void => {
  listeners.on('state', (next) => {
    const error = 'error' in next ? next.error : undefined
    metrics?.connection?.(next.state, error instanceof ChatError ? error.closeCode : undefined)
    if (error === undefined) logger?.info(`chat: ${next.state}`)
    else logger?.warn(`chat: ${next.state}: ${error instanceof Error ? error.message : String(error)}`)
  })
  listeners.on('reset', ({ room, reason }) => logger?.warn(`chat: room ${room} was reset: ${reason}`))
}
