import type { Message } from 'kafkajs'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { protocolErrorOf, reasonOf } from '../driver/driver-error.ts'

/** Error codes with which a broker refuses a request before it appends any record. */
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

/** Whether a broker refused the records of at least one partition as too large. */
export const isTooLarge = (error: unknown): boolean => sizeRefusals.has(protocolErrorOf(error) ?? '')

/** Records of one key go to one partition, so that the broker's answer applies to all of them. */
const isOfOnePartition = ([first, ...others]: readonly Message[]): boolean =>
  others.every(({ key }) => typeof key === 'string' && key === first?.key)

/**
 * Classifies a failed attempt. A request that was written to no socket is on no
 * broker. A request that was written is certainly refused only by a broker's
 * own answer, and only if it names one partition: of several answers, the
 * driver reports the first error and hides the others.
 */
export const publishError = (error: unknown, wasSent: boolean, records: readonly Message[]): PublishError => {
  const reason = reasonOf(error)
  if (!wasSent) return new PublishError('refused', `nothing was sent: ${reason}`, { cause: error })
  const isRefusal = refusals.has(protocolErrorOf(error) ?? '') && isOfOnePartition(records)
  return isRefusal
    ? new PublishError('refused', `the broker refuses the records: ${reason}`, { cause: error })
    : new PublishError('unknown', `no acknowledgement: ${reason}`, { cause: error })
}
