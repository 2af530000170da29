import type { Log } from '../../../shared/runtime/observability/log.ts'
import { protocolErrorOf } from '../driver/driver-error.ts'
import type { KafkaTimes } from '../driver/kafka-options.ts'

/** The shortest session that brokers accept by default (`group.min.session.timeout.ms`). */
const stockSessionMs = 6_000

/** The brokers refused the session time-out as too short; the next session requests a longer one. */
class SessionError extends Error {
  readonly retriable = true
  override readonly name = 'SessionError'
}

/** The times of a consumer, with a session time-out that the brokers accept. */
export interface SessionTimes {
  readonly current: KafkaTimes
  /** The same error; or, where the session was too short, a retriable one, and `current` has a longer session from now on. */
  causeOf(error: Error): Error
}

/** Starts with the configured times. */
export const sessionTimes = (times: KafkaTimes, log: Log): SessionTimes => {
  let current = times
  return {
    get current() {
      return current
    },
    causeOf: (error) => {
      const { consumerSessionMs } = current
      if (protocolErrorOf(error) !== 'INVALID_SESSION_TIMEOUT' || consumerSessionMs >= stockSessionMs) return error
      current = { ...times, consumerSessionMs: stockSessionMs }
      log.warn(
        { refusedMs: consumerSessionMs, sessionMs: stockSessionMs, setting: 'group.min.session.timeout.ms' },
        'the brokers refuse this session time-out as too short; a longer one is used, so a dead consumer loses its partitions later',
      )
      return new SessionError(`the brokers refuse a session time-out of ${consumerSessionMs} ms`, { cause: error })
    },
  }
}
