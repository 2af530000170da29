import type { ITopicConfig } from 'kafkajs'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicSpec } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'
import { partitionCount } from './partition-count.ts'
import { retryTransient } from './retry-transient.ts'
import { insyncFor } from './topic-findings.ts'

/** Number of replicas; undefined: the default of the brokers. */
export type Copies = number | undefined

const brokerDefault = -1

const durability = (copies: Copies): Readonly<Record<string, string>> =>
  copies === undefined ? {} : { 'min.insync.replicas': String(insyncFor(copies)) }

const asTopic = ({ name, partitions, config }: TopicSpec, copies: Copies): ITopicConfig => ({
  topic: name,
  numPartitions: partitions,
  replicationFactor: copies ?? brokerDefault,
  configEntries: Object.entries({ ...config, ...durability(copies) }).map(([key, value]) => ({ name: key, value })),
})

/**
 * Creates the missing topics; resolves when they accept records.
 *
 * Promises:  repeated and concurrent calls change nothing.
 * Does not:  change an existing topic.
 */
export const createTopics = (options: KafkaOptions, specs: Readonly<Record<string, TopicSpec>>, copies: Copies): Promise<void> =>
  withAdmin(options, async (admin) => {
    const missing: TopicSpec[] = []
    for (const spec of Object.values(specs)) {
      if ((await partitionCount(admin, spec.name)) === undefined) missing.push(spec)
    }
    const topics = missing.map((spec) => asTopic(spec, copies))
    // Resolves with false where another process has created one of them meanwhile.
    if (topics.length > 0) await retryTransient(options.clock, () => admin.createTopics({ topics, waitForLeaders: false }))
    for (const { name } of missing) await retryTransient(options.clock, () => admin.fetchTopicOffsets(name))
    options.log.info({ made: missing.map(({ name }) => name) }, 'the topics exist')
  })
