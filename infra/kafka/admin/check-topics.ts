import type { Admin } from 'kafkajs'
import kafkajs from 'kafkajs'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import { protocolErrorOf } from '../driver/driver-error.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicSpecs } from '../driver/topics.ts'
import { leastMessageBytes } from '../producer/message-bytes.ts'
import { withAdmin } from './admin-client.ts'
import type { TopicState } from './topic-findings.ts'
import { topicFindings } from './topic-findings.ts'

/** The configuration that the settings of the topics must satisfy. */
export interface TopicsNeeds {
  /** `FRAME_BYTES`: topics must accept a record of that size. */
  readonly frameBytes: number
  /** `REPLICATION_FACTOR`; undefined: the default of the brokers. */
  readonly copies: number | undefined
}

const stateOf = async (admin: Admin, name: string): Promise<TopicState> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
  const copies = Math.min(...(topics[0]?.partitions ?? []).map(({ replicas }) => replicas.length))
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name }
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
  const entries = resources[0]?.configEntries ?? []
  return { copies, config: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])) }
}

/** Undefined where this login may not read settings: the ACLs of earlier versions do not allow it. */
const readableStateOf = async (admin: Admin, name: string): Promise<TopicState | undefined> => {
  try {
    return await stateOf(admin, name)
  } catch (error) {
    if (protocolErrorOf(error) === 'TOPIC_AUTHORIZATION_FAILED') return undefined
    throw error
  }
}

/**
 * Compares the settings of existing topics with what this version relies on.
 *
 * Promises:  rejects with a `StartError` that names every setting which could
 *            lose or refuse records; logs a warning for each other difference,
 *            and where settings may not be read.
 * Does not:  change a topic.
 */
export const checkTopics = (options: KafkaOptions, specs: Partial<TopicSpecs>, needs: TopicsNeeds): Promise<void> =>
  withAdmin(options, async (admin) => {
    const refusals: string[] = []
    for (const role of ['commands', 'deadLetter', 'events'] as const) {
      const spec = specs[role]
      if (spec === undefined) continue
      const state = await readableStateOf(admin, spec.name)
      if (state === undefined) {
        options.log.warn({ topic: spec.name }, 'no permission to read the settings of a topic: allow DescribeConfigs')
        continue
      }
      const { copies, frameBytes } = needs
      for (const { kind, text } of topicFindings(spec, state, {
        copies,
        leastMessageBytes: leastMessageBytes(role, frameBytes),
      })) {
        if (kind === 'refuse') refusals.push(text)
        else options.log.warn({ topic: spec.name, reason: text }, 'a topic has other settings than expected')
      }
    }
    if (refusals.length > 0) throw new StartError(`settings of topics on Kafka: ${refusals.join('; ')}`)
  })
