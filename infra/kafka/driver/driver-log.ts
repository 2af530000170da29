import type { LogEntry, logCreator } from 'kafkajs'
import { logLevel } from 'kafkajs'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { loggedError } from '../../../shared/runtime/observability/logged-error.ts'

/**
 * What the driver calls an error, and is none: the first group on a fresh
 * broker, a topic that exists, a group that changes; and every single attempt
 * on a broker that is away, of which the adapter tells once and for all.
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

const reasonOf = (error: unknown): string | undefined => {
  if (typeof error === 'string') return error
  return error === undefined ? undefined : loggedError(error).message
}

const levelOf = (level: logLevel, said: string): Level =>
  harmless.some((text) => said.includes(text)) ? 'debug' : (levels[level] ?? 'debug')

/** The driver's lines in our log, as fields of one fixed text, each as serious as it is to us. */
export const driverLog =
  (log: Log): logCreator =>
  () =>
  ({ namespace, level, log: { message, broker, groupId, error } }: LogEntry) => {
    const reason = reasonOf(error)
    log[levelOf(level, `${message} ${reason ?? ''}`)](
      { part: namespace, said: message, broker, groupId, reason },
      'the Kafka driver says',
    )
  }
