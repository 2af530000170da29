import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import { protocolErrorOf } from '../driver/driver-error.ts'

const pollMs = 50

/** Errors that end by themselves: another request creates or deletes the topic, or a partition has no active leader yet. */
const transient: ReadonlySet<string | undefined> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
])

/**
 * Repeats a request while brokers answer with such an error: they receive the metadata of a new
 * topic, and its leaders, with a delay, and the driver alone would request them only once.
 *
 * Does not:  end by itself; `withAdmin` around it has a deadline.
 */
export const retryTransient = async <T>(clock: Clock, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!transient.has(protocolErrorOf(error))) throw error
    }
    await pause(clock, pollMs)
  }
}
