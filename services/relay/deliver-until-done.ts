import type { Clock } from '../../shared/ports/clock.ts'
import { backOff } from '../../shared/runtime/async/back-off.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import { nameOf } from '../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import type { RelayedEvent, RelaySink } from './sink.ts'

/** The sink of a relay, with the clock and the times of its retries. */
export interface DeliveryDeps {
  readonly sink: RelaySink
  readonly clock: Clock
  readonly times: Pick<Times, 'retryFirstMs' | 'retryMostMs'>
  readonly log: Log
}

/**
 * Delivers the events, again after each failure, until the sink has them.
 * Rejects only after the signal was aborted: the events may be delivered or not.
 */
export const deliverUntilDone = async (
  deps: DeliveryDeps,
  events: readonly RelayedEvent[],
  signal: AbortSignal,
): Promise<void> => {
  const { sink, log } = deps
  if (events.length === 0) return
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted()
    try {
      await sink.deliver(events)
      if (failures > 1) log.info({ sink: sink.name, failures: failures - 1 }, 'the sink accepts events again')
      return
    } catch (error) {
      if (failures === 1) log.warn({ sink: sink.name, reason: nameOf(error) }, 'the sink has failed, retrying')
      await backOff(deps, failures, signal)
    }
  }
}
