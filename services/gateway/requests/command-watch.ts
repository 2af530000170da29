import type { Clock } from '../../../shared/ports/clock.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import { beginTrace } from '../../../shared/runtime/observability/tracing.ts'
import type { GatewayLog } from '../gateway-log.ts'

/** A command between its arrival and its outcome. */
export interface WatchedCommand {
  /** The trace context to send with the command; undefined: it is not traced. */
  readonly traceparent: string | undefined
  /** `outcome`: `ok`, or the code of the error that the sender gets. Call it once. */
  end(outcome: string): void
}

/** Measures and traces commands, and logs their outcomes at `debug`. */
export type CommandWatch = (event: string, command: Command) => WatchedCommand

export const createCommandWatch =
  (clock: Clock, metrics: Pick<Metrics, 'commandSeconds'>, log: GatewayLog): CommandWatch =>
  (event, { id, stream: room }) => {
    const startedMs = clock.monotonicMs()
    const attributes = { 'chat.event': event, 'chat.command': id, 'chat.room': room }
    const span = beginTrace({ name: 'chat.command', kind: 'produce', attributes })
    return {
      traceparent: span?.traceparent,
      end: (outcome) => {
        const ms = clock.monotonicMs() - startedMs
        if (outcome === 'ok') metrics.commandSeconds.observe(ms / 1_000, event)
        span?.end({ 'chat.outcome': outcome })
        log.debug({ event, command: id, trace: span?.traceId, outcome, ms }, 'command outcome')
      },
    }
  }
