import type { KafkaCommandLogOptions } from '../command-log.ts'
import { writerGroup } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'

/** The number of writers in their consumer group. Rejects with `KafkaError`. */
export const runningWriters = async (options: KafkaCommandLogOptions): Promise<number> => {
  const { groups } = await withAdmin(options, (admin) => admin.describeGroups([writerGroup(options.namespace)]))
  return groups[0]?.members.length ?? 0
}
