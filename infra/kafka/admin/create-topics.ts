import type { ITopicConfig } from 'kafkajs'
import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import { protocolErrorOf } from '../driver/driver-error.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicSpec, TopicSpecs } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'
import { insyncFor } from './judge-topic.ts'
import { partitionCount } from './partition-count.ts'

/** Undefined: as many copies as the brokers make of themselves. */
export type Copies = number | undefined

const asBrokersSay = -1

const durability = (copies: Copies): Readonly<Record<string, string>> =>
  copies === undefined ? {} : { 'min.insync.replicas': String(insyncFor(copies)) }

const asTopic = ({ name, partitions, config }: TopicSpec, copies: Copies): ITopicConfig => ({
  topic: name,
  numPartitions: partitions,
  replicationFactor: copies ?? asBrokersSay,
  configEntries: Object.entries({ ...config, ...durability(copies) }).map(([key, value]) => ({ name: key, value })),
})

const lookAgainMs = 50

/** What passes by itself: topics that come and go, also others', and leaders that do not know of it yet. */
const passing: ReadonlySet<string | undefined> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
])

const retryTransient = async <T>(clock: Clock, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!passing.has(protocolErrorOf(error))) throw error
    }
    await pause(clock, lookAgainMs)
  }
}

/**
 * Makes the topics that are missing; resolves when they take records.
 *
 * Promises:  run again, or twice at once, it changes nothing.
 * Does not:  change a topic that is there, whatever its settings.
 */
export const createTopics = (options: KafkaOptions, specs: TopicSpecs, copies: Copies): Promise<void> =>
  withAdmin(options, async (admin) => {
    const missing: TopicSpec[] = []
    for (const spec of Object.values(specs)) {
      if ((await partitionCount(admin, spec.name)) === undefined) missing.push(spec)
    }
    const topics = missing.map((spec) => asTopic(spec, copies))
    // False: somebody else was quicker with one of them.
    if (topics.length > 0) await retryTransient(options.clock, () => admin.createTopics({ topics, waitForLeaders: false }))
    // The driver would ask once, and a broker hears of a new topic, and that it leads it, only after a while.
    for (const { name } of missing) await retryTransient(options.clock, () => admin.fetchTopicOffsets(name))
    options.log.info({ made: missing.map(({ name }) => name) }, 'topics are there')
  })
