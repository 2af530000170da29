import type { Clock } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'

/**
 * Repeats an attempt while it rejects with `StoreError` and its result is still
 * wanted. Resolves with undefined once it is not. Rejects with any other error.
 */
export const retrying = async <T>(
  clock: Clock,
  pauseMs: number,
  isWanted: () => boolean,
  attempt: () => Promise<T>,
): Promise<T | undefined> => {
  while (isWanted()) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      await pause(clock, pauseMs)
    }
  }
  return undefined
}
