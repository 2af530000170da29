import type { Admin } from 'kafkajs'
import { protocolErrorOf } from '../driver/driver-error.ts'

/**
 * The number of partitions of one topic; undefined if it does not exist. One
 * request per topic, because the driver rejects the whole answer when one of
 * the requested topics has an error.
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
