import type { Clock } from '../../../shared/ports/clock.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import { beginTrace } from '../../../shared/runtime/observability/tracing.ts'
import type { GatewayLog } from '../gateway-log.ts'

/** A command between its arrival and its outcome. */
export interface WatchedCommand {
  /** To be sent along with it; undefined: nobody records it. */
  readonly traceparent: string | undefined
  /** `ok`, or the code of the error that the sender gets. To be called once. */
  end(outcome: string): void
}

/** Measures commands, traces them and tells of them in the log, at `debug`. */
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
        log.debug({ event, command: id, trace: span?.traceId, outcome, ms }, 'a command has its outcome')
      },
    }
  }
