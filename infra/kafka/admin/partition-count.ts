import type { Admin } from 'kafkajs'
import { protocolErrorOf } from '../driver/driver-error.ts'

/**
 * Of one topic; undefined when there is none. Asked for alone: about several at
 * once, or all, the driver says nothing as soon as one of them is unwell,
 * whosever it is.
 */
export const partitionCount = async (admin: Admin, name: string): Promise<number | undefined> => {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
    return topics[0]?.partitions.length
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined
    throw error
  }
}
