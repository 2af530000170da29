import type { Clock } from '../../ports/clock.ts'
import { pause } from './pause.ts'

/** The clock and the two settings of an exponential back-off. */
export interface BackOffOptions {
  readonly clock: Clock
  readonly times: { readonly retryFirstMs: number; readonly retryMostMs: number }
}

/** Waits before the next attempt: `retryFirstMs`, doubled with each failure, at most `retryMostMs`. Resolves early when the signal is aborted. */
export const backOff = ({ clock, times }: BackOffOptions, failures: number, signal?: AbortSignal): Promise<void> =>
  pause(clock, Math.min(times.retryMostMs, times.retryFirstMs * 2 ** (failures - 1)), signal)
