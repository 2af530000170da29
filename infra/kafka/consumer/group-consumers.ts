import type { CommandLog, Consumption } from '../../../shared/ports/command-log.ts'
import type { ConsumerSessionOptions } from './consumer-session.ts'
import { consumerSession } from './consumer-session.ts'
import { consumption } from './consumption.ts'
import { sessionTimes } from './session-times.ts'

/** Consumers of one topic in one group, with the promises of the command log about the delivery of records. */
export type GroupConsumers = Pick<CommandLog, 'consume' | 'close'>

/** Creates no consumer yet. A group without commits begins at the oldest record on the topic. */
export const groupConsumers = (options: Omit<ConsumerSessionOptions, 'causeOf'>): GroupConsumers => {
  const { times, clock, log } = options
  const closing = new AbortController()
  const consumptions = new Set<Promise<Consumption>>()
  return {
    consume: (handler) => {
      const session = sessionTimes(times, log)
      const openSession = () => consumerSession({ ...options, times: session.current, causeOf: session.causeOf }, handler)
      const begun = consumption({ openSession, closing: closing.signal, times, clock, log })
      consumptions.add(begun)
      return begun
    },
    close: async () => {
      closing.abort(new Error('the consumers are closed'))
      for (const begun of consumptions) {
        await begun.then(
          ({ stop }) => stop(),
          // The caller of `consume` has received this error.
          () => {},
        )
      }
    },
  }
}
