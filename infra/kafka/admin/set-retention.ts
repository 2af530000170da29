import kafkajs from 'kafkajs'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import type { TopicSpec } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'

const setting = 'retention.ms'
/** The source of a setting that was made for the topic itself, in the answers of brokers. */
const ofTopic = 1

/**
 * Gives an existing topic the retention of its specification.
 *
 * Promises:  its other settings stay: the request of the protocol replaces all of them, so they are read first.
 */
export const setRetention = (options: KafkaOptions, { name, config }: TopicSpec): Promise<void> =>
  withAdmin(options, async (admin) => {
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name }
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
    const entries = resources[0]?.configEntries ?? []
    const wanted = config[setting] ?? ''
    const found = entries.find(({ configName }) => configName === setting)?.configValue
    if (found === wanted) return
    const own = entries
      .filter(({ configSource, configName }) => configSource === ofTopic && configName !== setting)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }))
    const configEntries = [...own, { name: setting, value: wanted }]
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
    options.log.info({ topic: name, from: found, to: wanted }, 'the retention of a topic was changed')
  })
