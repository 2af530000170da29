import type { KafkaCommandLogOptions } from './command-log.ts'
import type { GroupConsumers } from './consumer/group-consumers.ts'
import { groupConsumers } from './consumer/group-consumers.ts'
import { relayGroup, topicsOf } from './driver/topics.ts'

/** The consumers of `chat.events` for one sink: all relays of the sink share its partitions. */
export const kafkaEventConsumers = (options: KafkaCommandLogOptions, sink: string): GroupConsumers => {
  const { namespace, partitions } = options
  return groupConsumers({
    ...options,
    topic: topicsOf(namespace, partitions).events.name,
    group: relayGroup(namespace, sink),
  })
}
