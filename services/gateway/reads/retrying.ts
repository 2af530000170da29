import type { Clock } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'

const pause = (clock: Clock, pauseMs: number): Promise<void> => new Promise((resolve) => clock.after(pauseMs, resolve))

/**
 * Asks the store again and again while it is away and the answer is still
 * wanted; undefined once it is not. Anything but a `StoreError` is let out.
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
