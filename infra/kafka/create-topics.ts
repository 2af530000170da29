import type { Admin, ITopicConfig } from 'kafkajs'
import type { Clock } from '../../shared/ports/clock.ts'
import { pause } from '../../shared/runtime/pause.ts'
import { withAdmin } from './admin-client.ts'
import { protocolErrorOf } from './driver-error.ts'
import type { KafkaOptions } from './kafka-options.ts'
import type { TopicSpec, TopicSpecs } from './topics.ts'

/** Undefined: as many copies as the brokers make of themselves. */
export type Copies = number | undefined

const asBrokersSay = -1

/** One copy may be away without stopping writes, and no acknowledged record is on one broker alone. */
const durability = (copies: Copies): Readonly<Record<string, string>> =>
  copies === undefined ? {} : { 'min.insync.replicas': String(Math.max(1, copies - 1)) }

const asTopic = ({ name, partitions, config }: TopicSpec, copies: Copies): ITopicConfig => ({
  topic: name,
  numPartitions: partitions,
  replicationFactor: copies ?? asBrokersSay,
  configEntries: Object.entries({ ...config, ...durability(copies) }).map(([key, value]) => ({ name: key, value })),
})

const lookAgainMs = 50

/** A broker that has been named the leader of a new partition does not know of it at once. */
const untilLed = async (admin: Admin, name: string, clock: Clock): Promise<void> => {
  for (;;) {
    try {
      await admin.fetchTopicOffsets(name)
      return
    } catch (error) {
      if (protocolErrorOf(error) !== 'NOT_LEADER_FOR_PARTITION') throw error
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
    const existing = new Set(await admin.listTopics())
    const missing = Object.values(specs).filter(({ name }) => !existing.has(name))
    if (missing.length > 0) {
      // False: somebody else was quicker with one of them.
      await admin.createTopics({ topics: missing.map((spec) => asTopic(spec, copies)), waitForLeaders: true })
      for (const { name } of missing) await untilLed(admin, name, options.clock)
    }
    options.log.info({ made: missing.map(({ name }) => name) }, 'topics are there')
  })
