import kafkajs from 'kafkajs'
import { protocolErrorOf } from '../driver/driver-error.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicRole, TopicSpecs } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'

/** How long the brokers keep a record of a topic, in milliseconds; −1: for ever; undefined: this login may not read it. */
export type TopicRetention = Readonly<Record<TopicRole, number | undefined>>

const setting = 'retention.ms'

/** Reads the retention of the topics from the brokers: a topic may have another one than the configuration. */
export const topicRetention = (options: KafkaOptions, specs: TopicSpecs): Promise<TopicRetention> =>
  withAdmin(options, async (admin) => {
    const retentionOf = async (name: string): Promise<number | undefined> => {
      try {
        const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [setting] }
        const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
        const value = resources[0]?.configEntries.find(({ configName }) => configName === setting)?.configValue
        return value === undefined ? undefined : Number(value)
      } catch (error) {
        if (protocolErrorOf(error) === 'TOPIC_AUTHORIZATION_FAILED') return undefined
        throw error
      }
    }
    const entries = Object.entries(specs).map(async ([role, { name }]) => [role, await retentionOf(name)] as const)
    return Object.fromEntries(await Promise.all(entries)) as TopicRetention
  })
