import type { Admin } from 'kafkajs'
import { StartError } from '../../shared/runtime/start-error.ts'
import { KafkaError, withAdmin } from './admin-client.ts'
import type { KafkaOptions } from './kafka-options.ts'
import type { TopicRole, TopicSpec, TopicSpecs } from './topics.ts'

const assertThere = (wanted: readonly TopicSpec[], existing: ReadonlySet<string>): void => {
  const missing = wanted.map(({ name }) => name).filter((name) => !existing.has(name))
  if (missing.length > 0) throw new KafkaError(`Kafka lacks the topics ${missing.join(', ')}: run "admin topics" first`)
}

const assertPartitions = (wanted: readonly TopicSpec[], counts: ReadonlyMap<string, number>): void => {
  for (const { name, partitions, isOrdered } of wanted) {
    const found = counts.get(name)
    if (!isOrdered || found === partitions) continue
    throw new StartError(
      `the topic ${name} has ${found} partitions, and PARTITIONS says ${partitions}: ` +
        'they are fixed when a topic is made, because records keep their order only within one',
    )
  }
}

const countPartitions = async (admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] })
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
}

/**
 * For the start of a process: resolves when the topics it needs are there, with
 * as many partitions as it is told. Rejects with `StartError` where the number
 * is another, which no waiting mends, and with `KafkaError` otherwise.
 */
export const assertTopics = (options: KafkaOptions, specs: TopicSpecs, needs: readonly TopicRole[]): Promise<void> =>
  withAdmin(options, async (admin) => {
    const wanted = needs.map((role) => specs[role])
    assertThere(wanted, new Set(await admin.listTopics()))
    const names = wanted.map(({ name }) => name)
    assertPartitions(wanted, await countPartitions(admin, names))
  })
