import type { Clock } from '../../shared/ports/clock.ts'
import type { KafkaTimes } from './kafka-options.ts'

export interface PauseOptions {
  readonly clock: Clock
  readonly times: Pick<KafkaTimes, 'retryFirstMs' | 'retryMostMs'>
}

/** Waits before the next attempt, longer with each failure; not at all once the signal is aborted. */
export const pauseAfter = ({ clock, times }: PauseOptions, failures: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.after(Math.min(times.retryMostMs, times.retryFirstMs * 2 ** (failures - 1)), end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
