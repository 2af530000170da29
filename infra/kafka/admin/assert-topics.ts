import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicRole, TopicSpec, TopicSpecs } from '../driver/topics.ts'
import { partitionsDiffer } from '../producer/partitioner.ts'
import { KafkaError, withAdmin } from './admin-client.ts'
import { partitionCount } from './partition-count.ts'

/** Number of partitions by topic; a missing topic is absent. */
type PartitionCounts = ReadonlyMap<string, number>

const assertExist = (wanted: readonly TopicSpec[], counts: PartitionCounts): void => {
  const missing = wanted.map(({ name }) => name).filter((name) => !counts.has(name))
  if (missing.length > 0) throw new KafkaError(`Kafka lacks the topics ${missing.join(', ')}: run "admin topics" first`)
}

const assertPartitions = (wanted: readonly TopicSpec[], counts: PartitionCounts): void => {
  for (const { name, partitions, isShared } of wanted) {
    const found = counts.get(name) ?? partitions
    if (!isShared || found === partitions) continue
    throw new StartError(
      `${partitionsDiffer(name, found, partitions)}: set PARTITIONS to ${found}, or run "admin repartition" with it at ${partitions}`,
    )
  }
}

/**
 * Resolves when the topics that a process needs exist and have the configured
 * number of partitions. Rejects with `StartError` where the number differs,
 * which a retry cannot change, and with `KafkaError` otherwise.
 */
export const assertTopics = (options: KafkaOptions, specs: TopicSpecs, needs: readonly TopicRole[]): Promise<void> =>
  withAdmin(options, async (admin) => {
    const wanted = needs.map((role) => specs[role])
    const counts = new Map<string, number>()
    for (const { name } of wanted) {
      const count = await partitionCount(admin, name)
      if (count !== undefined) counts.set(name, count)
    }
    assertExist(wanted, counts)
    assertPartitions(wanted, counts)
  })
