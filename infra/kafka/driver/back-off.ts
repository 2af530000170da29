import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { KafkaTimes } from './kafka-options.ts'

export interface BackOffOptions {
  readonly clock: Clock
  readonly times: Pick<KafkaTimes, 'retryFirstMs' | 'retryMostMs'>
}

/** Waits before the next attempt, longer with each failure; not at all once the signal is aborted. */
export const backOff = ({ clock, times }: BackOffOptions, failures: number, signal: AbortSignal): Promise<void> =>
  pause(clock, Math.min(times.retryMostMs, times.retryFirstMs * 2 ** (failures - 1)), signal)
