import type { KafkaCommandLogOptions } from '../command-log.ts'
import { replayTopicOf, topicsOf } from '../driver/topics.ts'
import { KafkaError, withAdmin } from './admin-client.ts'
import type { TopicsNeeds } from './check-topics.ts'
import { checkTopics } from './check-topics.ts'
import { createTopics } from './create-topics.ts'
import { partitionCount } from './partition-count.ts'
import { retryTransient } from './retry-transient.ts'

/** The topic of a replay. */
export interface ReplayTopicState {
  readonly name: string
  /** Records that were ever written to it. */
  readonly records: number
  /** Records were deleted, because they are older than the retention. */
  readonly hasLost: boolean
}

const otherPartitions = (topic: string, count: number, events: string): string =>
  `${topic} has another number of partitions (${count}) than ${events}: delete it, and run the same command again before a consumer of it starts`

/**
 * Creates the topic of a replay if it is missing, with as many partitions as `chat.events`, so that a key has the same
 * partition in both. Rejects with `KafkaError` if an existing topic has another number, and with `StartError` if it has settings
 * that could lose or refuse records.
 */
export const openReplayTopic = async (
  options: KafkaCommandLogOptions,
  topic: { readonly name: string; readonly keepDays: number },
  needs: TopicsNeeds,
): Promise<ReplayTopicState> => {
  const { namespace, clock } = options
  const { events } = topicsOf(namespace, options.partitions)
  const partitions = await withAdmin(options, (admin) => partitionCount(admin, events.name))
  if (partitions === undefined) throw new KafkaError(`Kafka lacks the topic ${events.name}: run "admin topics" first`)
  const spec = replayTopicOf(namespace, partitions, topic)
  await createTopics(options, { replay: spec }, needs.copies)
  await checkTopics(options, { events: spec }, needs)
  const offsets = await withAdmin(options, (admin) => retryTransient(clock, () => admin.fetchTopicOffsets(spec.name)))
  if (offsets.length !== partitions) throw new KafkaError(otherPartitions(spec.name, offsets.length, events.name))
  return {
    name: spec.name,
    records: offsets.reduce((sum, { high }) => sum + Number(high), 0),
    hasLost: offsets.some(({ low }) => low !== '0'),
  }
}
