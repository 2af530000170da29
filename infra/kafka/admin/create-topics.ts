import type { ITopicConfig } from 'kafkajs'
import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import { protocolErrorOf } from '../driver/driver-error.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicSpec, TopicSpecs } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'
import { partitionCount } from './partition-count.ts'
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

const pollMs = 50

/** Errors that end by themselves: another request creates or deletes the topic, or a partition has no active leader yet. */
const transient: ReadonlySet<string | undefined> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
])

const retryTransient = async <T>(clock: Clock, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!transient.has(protocolErrorOf(error))) throw error
    }
    await pause(clock, pollMs)
  }
}

/**
 * Creates the missing topics; resolves when they accept records.
 *
 * Promises:  repeated and concurrent calls change nothing.
 * Does not:  change an existing topic.
 */
export const createTopics = (options: KafkaOptions, specs: TopicSpecs, copies: Copies): Promise<void> =>
  withAdmin(options, async (admin) => {
    const missing: TopicSpec[] = []
    for (const spec of Object.values(specs)) {
      if ((await partitionCount(admin, spec.name)) === undefined) missing.push(spec)
    }
    const topics = missing.map((spec) => asTopic(spec, copies))
    // Resolves with false where another process has created one of them meanwhile.
    if (topics.length > 0) await retryTransient(options.clock, () => admin.createTopics({ topics, waitForLeaders: false }))
    // Brokers receive the metadata of a new topic, and its leaders, with a delay; the driver alone would request them only once.
    for (const { name } of missing) await retryTransient(options.clock, () => admin.fetchTopicOffsets(name))
    options.log.info({ made: missing.map(({ name }) => name) }, 'the topics exist')
  })
