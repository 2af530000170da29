import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { KafkaError } from '../../../infra/kafka/admin/admin-client.ts'
import { assertTopics } from '../../../infra/kafka/admin/assert-topics.ts'
import { awaitTopics } from '../../../infra/kafka/admin/await-topics.ts'
import { checkTopics } from '../../../infra/kafka/admin/check-topics.ts'
import { createTopics } from '../../../infra/kafka/admin/create-topics.ts'
import { repartition } from '../../../infra/kafka/admin/repartition.ts'
import { setRetention } from '../../../infra/kafka/admin/set-retention.ts'
import { topicRetention } from '../../../infra/kafka/admin/topic-retention.ts'
import { kafkaCommandLog } from '../../../infra/kafka/command-log.ts'
import type { KafkaOptions } from '../../../infra/kafka/driver/kafka-options.ts'
import type { TopicSpecs } from '../../../infra/kafka/driver/topics.ts'
import { topicsOf } from '../../../infra/kafka/driver/topics.ts'
import type { PublishError } from '../../../shared/ports/command-log.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import { until } from '../../support/poll.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { kafkaOptions, kafkaWithTopics, testPartitions } from './open-kafka.ts'

const adminOf = async <T>({ brokers }: KafkaOptions, work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> => {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

const settingsOf = (options: KafkaOptions, topic: string): Promise<Readonly<Record<string, string>>> =>
  adminOf(options, async (admin) => {
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
    return Object.fromEntries((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]))
  })

const partitionsOf = (options: KafkaOptions, topic: string): Promise<number | undefined> =>
  adminOf(options, async (admin) => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length)

const allRoles = ['commands', 'deadLetter', 'events'] as const

const needs = { frameBytes: defaultLimits.frameBytes, copies: undefined }

const open = (): { options: KafkaOptions; specs: TopicSpecs } => {
  const options = kafkaOptions(sharedStack())
  return { options, specs: topicsOf(options.namespace, testPartitions) }
}

describe.skipIf(noStackReason())('the topics on Kafka', () => {
  it('have their retention, by the clock of the brokers', async () => {
    const { options, specs } = open()
    await createTopics(options, specs, undefined)
    const days = (count: number): string => String(count * 24 * 3_600_000)
    for (const [role, retention] of [
      ['commands', days(7)],
      ['deadLetter', days(30)],
      ['events', days(28)],
    ] as const) {
      expect(await settingsOf(options, specs[role].name)).toMatchObject({
        'cleanup.policy': 'delete',
        'retention.ms': retention,
        'retention.bytes': '-1',
        'message.timestamp.type': 'LogAppendTime',
      })
    }
    expect(await partitionsOf(options, specs.commands.name)).toBe(testPartitions)
    expect(await partitionsOf(options, specs.events.name)).toBe(testPartitions)
    expect(await partitionsOf(options, specs.deadLetter.name)).toBe(1)
  })

  it('get another retention without a change of their other settings', async () => {
    const { options, specs } = open()
    await createTopics(options, specs, 1)
    const before = await settingsOf(options, specs.events.name)
    await setRetention(options, topicsOf(options.namespace, testPartitions, -1).events)
    expect(await settingsOf(options, specs.events.name)).toEqual({ ...before, 'retention.ms': '-1' })
    expect(await topicRetention(options, specs)).toEqual({ commands: 604_800_000, deadLetter: 2_592_000_000, events: -1 })
  })

  it('are created once by concurrent and by repeated calls', async () => {
    const { options, specs } = open()
    await Promise.all([createTopics(options, specs, 1), createTopics(options, specs, 1)])
    await createTopics(options, specs, 1)
    await expect(assertTopics(options, specs, allRoles)).resolves.toBeUndefined()
    expect(await settingsOf(options, specs.events.name)).toMatchObject({ 'min.insync.replicas': '1' })
  })

  it('are left unchanged when they exist', async () => {
    const { options, specs } = open()
    const topic = specs.commands.name
    const own = { topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '86400000' }] }
    await adminOf(options, (admin) => admin.createTopics({ topics: [own], waitForLeaders: false }))
    await createTopics(options, specs, undefined)
    expect(await settingsOf(options, topic)).toMatchObject({ 'retention.ms': '86400000' })
    expect(await partitionsOf(options, topic)).toBe(2)
    expect(await partitionsOf(options, specs.events.name)).toBe(testPartitions)
  })

  it('are refused with a remedy while some are missing', async () => {
    const { options, specs } = open()
    await expect(assertTopics(options, specs, allRoles)).rejects.toThrow(KafkaError)
    await expect(assertTopics(options, specs, ['commands', 'events'])).rejects.toThrow(
      `Kafka lacks the topics ${specs.commands.name}, ${specs.events.name}: run "admin topics" first`,
    )
    await createTopics(options, specs, undefined)
    await expect(assertTopics(options, specs, allRoles)).resolves.toBeUndefined()
  })

  it('end the start when their number of partitions differs', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const other = { ...options, partitions: testPartitions + 1 }
    const end = awaitTopics(other, needs)
    await expect(end).rejects.toThrow(StartError)
    await expect(end).rejects.toThrow(
      `${options.namespace}.chat.commands has ${testPartitions} partitions, and PARTITIONS says ${testPartitions + 1}`,
    )
  })

  it('are awaited, which is logged once', async () => {
    const { options, specs } = open()
    const log = recordingLog()
    const waiting = awaitTopics({ ...options, partitions: testPartitions, log }, needs)
    await createTopics(options, specs, undefined)
    await waiting
    expect(log.lines.filter((line) => line.startsWith('waiting for Kafka')).length).toBeLessThan(4)
  })

  it('are created and checked while other topics are created and deleted', async () => {
    const others = open()
    let isOver = false
    const churning = adminOf(others.options, async (admin) => {
      for (let round = 0; !isOver; round += 1) {
        const topic = `${others.options.namespace}.${round}`
        await admin.createTopics({ topics: [{ topic, numPartitions: 5 }], waitForLeaders: false })
        await admin.deleteTopics({ topics: [topic] }).catch(() => {})
      }
    })
    for (let round = 0; round < 5; round += 1) {
      const { options, specs } = open()
      await createTopics(options, specs, undefined)
      await assertTopics(options, specs, allRoles)
      await checkTopics(options, specs, needs)
    }
    isOver = true
    await churning
  })

  it('require a broker, which the error names', async () => {
    const { options, specs } = open()
    const nowhere = { ...options, brokers: ['127.0.0.1:1'] }
    await expect(createTopics(nowhere, specs, undefined)).rejects.toThrow(/^Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED/)
  })

  it('refuse commands when their number of partitions differs from that of the process', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const log = kafkaCommandLog(options)
    const { commands } = topicsOf(options.namespace, options.partitions)
    const record = { key: 'k', value: 'v', headers: {} }
    await log.publish([record])
    const more = [{ topic: commands.name, count: testPartitions + 1 }]
    await adminOf(options, (admin) => admin.createPartitions({ topicPartitions: more }))
    const isRefused = () =>
      log.publish([record]).then(
        () => false,
        (error: PublishError) => error,
      )
    const refusal = await until('the refusal', isRefused, { withinMs: 20_000, everyMs: 200 })
    expect(refusal).toMatchObject({ kind: 'refused', message: expect.stringContaining('PARTITIONS says') })
    await log.close()
  })

  it('cannot be repartitioned when the command log is missing, and are left unchanged when the number is right', async () => {
    const { options } = open()
    const asked = { ...options, copies: undefined, drainMs: 1_000, partitions: testPartitions }
    await expect(repartition(asked)).rejects.toThrow('run "admin topics" first')
    const present = await kafkaWithTopics(sharedStack())
    await repartition({ ...asked, namespace: present.namespace })
    expect(await partitionsOf(present, topicsOf(present.namespace, 1).commands.name)).toBe(testPartitions)
  })

  it('are not repartitioned while commands are not acknowledged', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const log = kafkaCommandLog(options)
    await log.publish([{ key: 'k', value: 'v', headers: {} }])
    await log.close()
    const times = { ...options.times, producerRequestMs: 500 }
    const asked = { ...options, times, copies: undefined, drainMs: 500, partitions: 1 }
    await expect(repartition(asked)).rejects.toThrow('1 of 1 commands are not acknowledged')
  })
})

describe.skipIf(noStackReason())('the settings of topics that exist on Kafka', () => {
  /** Topics of which `chat.commands` was made by hand with these settings. */
  const openWith = async (settings: Readonly<Record<string, string>>, replicationFactor = 1) => {
    const { options, specs } = open()
    const log = recordingLog()
    const configEntries = Object.entries({ ...specs.commands.config, ...settings }).map(([name, value]) => ({ name, value }))
    const own = { topic: specs.commands.name, numPartitions: testPartitions, replicationFactor, configEntries }
    await adminOf(options, (admin) => admin.createTopics({ topics: [own], waitForLeaders: false }))
    await createTopics(options, specs, 1)
    return { options: { ...options, log, partitions: testPartitions }, specs, log }
  }
  const warnings = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.startsWith('a topic has other'))

  it('are accepted without a warning when this version has created the topics', async () => {
    const { options, specs, log } = await openWith({})
    await expect(awaitTopics(options, needs)).resolves.toBeUndefined()
    await expect(checkTopics(options, specs, needs)).resolves.toBeUndefined()
    expect(warnings(log.lines)).toEqual([])
  })

  it.each([
    ['cleanup.policy', 'compact'],
    ['max.message.bytes', '65536'],
    // One broker has one copy.
    ['min.insync.replicas', '2'],
  ])('end the start when they could lose or refuse records: %s=%s', async (setting, value) => {
    const { options, specs } = await openWith({ [setting]: value })
    const end = awaitTopics(options, needs)
    await expect(end).rejects.toThrow(StartError)
    await expect(end).rejects.toThrow(`${specs.commands.name} has ${setting}=${value}`)
  })

  it.each([
    ['retention.ms', '3600000'],
    ['retention.bytes', '1000000'],
    ['message.timestamp.type', 'CreateTime'],
  ])('cause a warning when the retention differs: %s=%s', async (setting, value) => {
    const { options, specs, log } = await openWith({ [setting]: value })
    await expect(awaitTopics(options, needs)).resolves.toBeUndefined()
    expect(warnings(log.lines)).toEqual([expect.stringContaining(`${specs.commands.name} has ${setting}=${value}`)])
  })

  it('cause a warning when there are fewer copies than REPLICATION_FACTOR', async () => {
    const { options, specs, log } = await openWith({})
    await expect(awaitTopics(options, { ...needs, copies: 3 })).resolves.toBeUndefined()
    const text = 'has partitions with 1 copies, and REPLICATION_FACTOR says 3'
    const all = Object.values(specs).map(({ name }) => expect.stringContaining(`${name} ${text}`) as string)
    expect(warnings(log.lines)).toEqual(all)
  })

  it('end the start when FRAME_BYTES exceeds the size limit of a topic', async () => {
    const { options, specs } = await openWith({})
    const end = awaitTopics(options, { ...needs, frameBytes: 1024 * 1024 })
    await expect(end).rejects.toThrow(StartError)
    await expect(end).rejects.toThrow(`${specs.commands.name} has max.message.bytes=1048576, and FRAME_BYTES`)
  })
})
