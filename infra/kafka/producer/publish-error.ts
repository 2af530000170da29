import type { Message } from 'kafkajs'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { protocolErrorOf, reasonOf } from '../driver/driver-error.ts'

/** What a broker says no to before it appends anything. */
const refusals: ReadonlySet<string> = new Set([
  'CORRUPT_MESSAGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'MESSAGE_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'RECORD_LIST_TOO_LARGE',
  'NOT_ENOUGH_REPLICAS',
  'INVALID_REQUIRED_ACKS',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
  'INVALID_TIMESTAMP',
  'POLICY_VIOLATION',
  'INVALID_RECORD',
])

const sizeRefusals: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

/** Whether a broker refused the records of one of the partitions asked for their size. */
export const isTooLarge = (error: unknown): boolean => sizeRefusals.has(protocolErrorOf(error) ?? '')

/** Records of one key go to one partition, of which a broker's answer is the whole answer. */
const isOfOnePartition = ([first, ...others]: readonly Message[]): boolean =>
  others.every(({ key }) => typeof key === 'string' && key === first?.key)

/**
 * What is certain after a failed attempt: if no socket was given the request,
 * no broker has it. If one was, only a broker's own no is certain, and that only
 * where one partition is asked: the driver tells the first no of several, and
 * hides what the others said.
 */
export const publishError = (error: unknown, wasSent: boolean, records: readonly Message[]): PublishError => {
  const reason = reasonOf(error)
  if (!wasSent) return new PublishError('refused', `nothing was sent: ${reason}`, { cause: error })
  const isRefusal = refusals.has(protocolErrorOf(error) ?? '') && isOfOnePartition(records)
  return isRefusal
    ? new PublishError('refused', `the broker refuses it: ${reason}`, { cause: error })
    : new PublishError('unknown', `no acknowledgement: ${reason}`, { cause: error })
}
