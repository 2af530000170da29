import type { LogEntry, logCreator } from 'kafkajs'
import { logLevel } from 'kafkajs'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { loggedError } from '../../../shared/runtime/observability/logged-error.ts'

/**
 * Messages that the driver logs as errors in normal operation: the first group
 * on a new broker, an existing topic, a rebalance; and each attempt on an
 * unavailable broker, which the adapter itself reports once.
 */
const harmless = [
  'coordinator is not available',
  'coordinator is loading',
  'Topic creation errors',
  'rebalanc',
  'coordinator is not aware of this member',
  'Connection error',
  'Connection timeout',
  'Failed to connect',
  'Closed connection',
  'timed out',
  'not the leader',
  'does not host this topic-partition',
  'no leader for this topic-partition',
  'Crash:',
  'Restarting the consumer',
  'Error when calling eachBatch',
  'PARTITIONS says',
]

type Level = keyof Log

const levels: Readonly<Partial<Record<logLevel, Level>>> = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'info',
}

const causeText = (error: unknown): string | undefined => {
  if (typeof error === 'string') return error
  return error === undefined ? undefined : loggedError(error).message
}

const levelOf = (level: logLevel, message: string): Level =>
  harmless.some((text) => message.includes(text)) ? 'debug' : (levels[level] ?? 'debug')

/** Writes the driver's lines to the log, as fields of one fixed text, one level lower than the driver does. */
export const driverLog =
  (log: Log): logCreator =>
  () =>
  ({ namespace, level, log: { message, broker, groupId, error } }: LogEntry) => {
    const reason = causeText(error)
    log[levelOf(level, `${message} ${reason ?? ''}`)](
      { part: namespace, said: message, broker, groupId, reason },
      'the Kafka driver says',
    )
  }
