import { createTopics } from '../../../infra/kafka/admin/create-topics.ts'
import type { KafkaCommandLogOptions } from '../../../infra/kafka/command-log.ts'
import { kafkaCommandLog } from '../../../infra/kafka/command-log.ts'
import { topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { kafkaEventStream } from '../../../infra/kafka/event-stream.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { readTopic } from '../../support/kafka/raw-topic.ts'
import { recordingLog } from '../../support/recording-log.ts'
import type { Stack } from '../../support/stack/stack.ts'
import type { OpenCommandLog } from '../command-log/open-command-log.ts'
import type { OpenEventStream } from '../event-stream/suite.ts'

/** Few, because one broker has the topics of many tests. */
export const testPartitions = 3

/** Options for a new namespace without topics. */
export const kafkaOptions = (stack: Stack, role?: string): KafkaCommandLogOptions => ({
  brokers: stack.urls(role).kafkaBrokers,
  namespace: stack.freshNamespace(),
  partitions: testPartitions,
  clientId: 'chat-test',
  times: { ...defaultTimes, retryMostMs: 200 },
  clock: systemClock,
  log: recordingLog(),
})

/** Options for a new namespace whose topics exist; they are created without a link. */
export const kafkaWithTopics = async (stack: Stack, role?: string): Promise<KafkaCommandLogOptions> => {
  const options = kafkaOptions(stack, role)
  const direct = { ...options, brokers: stack.urls().kafkaBrokers }
  await createTopics(direct, topicsOf(options.namespace, options.partitions), undefined)
  return options
}

export interface OpenKafkaCommandLog extends OpenCommandLog {
  readonly options: KafkaCommandLogOptions
}

/** The Kafka adapter on new topics. */
export const openKafkaCommandLog = async (stack: Stack): Promise<OpenKafkaCommandLog> => {
  const options = await kafkaWithTopics(stack)
  const { deadLetter } = topicsOf(options.namespace, options.partitions)
  const log = kafkaCommandLog(options)
  return {
    log,
    options,
    deadLetters: async () =>
      (await readTopic(options.brokers, deadLetter.name)).map(({ headers }) => ({
        partition: Number(headers.partition),
        offset: String(headers.offset),
        reason: String(headers.reason),
      })),
    withinMs: 30_000,
    [Symbol.asyncDispose]: async () => {
      await log.close()
      await stack.dropNamespace(options.namespace)
    },
  }
}

/** The Kafka adapter on new topics. */
export const openKafkaEventStream = async (stack: Stack): Promise<OpenEventStream> => {
  const options = await kafkaWithTopics(stack)
  const { events } = topicsOf(options.namespace, options.partitions)
  const stream = kafkaEventStream(options)
  return {
    stream,
    read: async () =>
      (await readTopic(options.brokers, events.name)).map(({ key, value, headers }) => ({
        key: String(key),
        value: String(value),
        headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
      })),
    [Symbol.asyncDispose]: async () => {
      await stream.close()
      await stack.dropNamespace(options.namespace)
    },
  }
}
