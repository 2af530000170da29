import { ConfigResourceTypes } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { withAdmin } from '../../../infra/kafka/admin/admin-client.ts'
import { createTopics } from '../../../infra/kafka/admin/create-topics.ts'
import type { KafkaCommandLogOptions } from '../../../infra/kafka/command-log.ts'
import { kafkaCommandLog } from '../../../infra/kafka/command-log.ts'
import { topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { kafkaEventStream } from '../../../infra/kafka/event-stream.ts'
import type { PublishError } from '../../../shared/ports/command-log.ts'
import { readTopic, writeTopic } from '../../support/kafka/raw-topic.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { collect } from '../command-log/collecting.ts'
import type { OpenCommandLog } from '../command-log/open-command-log.ts'
import { kafkaWithTopics } from './open-kafka.ts'

const open = async () => {
  const options = await kafkaWithTopics(sharedStack())
  const log = kafkaCommandLog(options)
  const opened: OpenCommandLog = { log, deadLetters: async () => [], withinMs: 20_000, [Symbol.asyncDispose]: () => log.close() }
  return { ...opened, options, brokers: options.brokers, topics: topicsOf(options.namespace, options.partitions) }
}

/** Sets the largest batch that these topics accept. */
const limitBytes = (options: KafkaCommandLogOptions, names: readonly string[], bytes: number): Promise<unknown> =>
  withAdmin(options, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: names.map((name) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
      })),
    }),
  )

const notText = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])

describe.skipIf(noStackReason())('records of other programs on Kafka', () => {
  it('reach the handler as text, together with their neighbours', async () => {
    await using opened = await open()
    await writeTopic(opened.brokers, opened.topics.commands.name, [
      { key: 'k', value: 'before' },
      { key: 'k', value: null },
      { key: 'k', value: notText, headers: { reply: notText, twice: ['1', '2'] } },
      { key: 'k', value: Buffer.alloc(0) },
      { key: 'k', value: 'after' },
      { key: null, value: 'without a key' },
      { key: notText, value: 'with a key that is not UTF-8' },
    ])
    const { records, received } = await collect(opened)
    await received(7)
    const own = records.filter(({ key }) => key === 'k')
    expect(own.map(({ value }) => value)).toEqual(['before', '', '{\uFFFD\uFFFD\0}', '', 'after'])
    expect(own[2]?.headers).toEqual({ reply: '{\uFFFD\uFFFD\0}', twice: '2' })
    expect(records.find(({ value }) => value === 'without a key')?.key).toBe('')
    expect(records.find(({ value }) => value === 'with a key that is not UTF-8')?.key).toBe('{\uFFFD\uFFFD\0}')
  })

  it('are stored as dead letters unchanged, with reason and place in headers', async () => {
    await using opened = await open()
    await writeTopic(opened.brokers, opened.topics.commands.name, [
      { key: 'k', value: notText, headers: { reply: notText, twice: ['1', '2'], command: 'c' } },
      { key: 'k', value: null },
      { key: 'k', value: 'text', headers: { reply: 'gateway' } },
    ])
    const { records, received } = await collect(opened)
    await received(3)
    for (const record of records) await opened.log.deadLetter(record, 'unreadable command: type')
    const deadLetters = await readTopic(opened.brokers, opened.topics.deadLetter.name)
    expect(deadLetters.map(({ key }) => key?.toString())).toEqual(['k', 'k', 'k'])
    expect(deadLetters.map(({ value }) => value)).toEqual([notText, null, Buffer.from('text')])
    const places = records.map(({ partition, offset }) => ({ partition: String(partition), offset }))
    for (const [index, { headers }] of deadLetters.entries()) {
      expect(String(headers.reason)).toBe('unreadable command: type')
      expect({ partition: String(headers.partition), offset: String(headers.offset) }).toEqual(places[index])
    }
    expect(deadLetters[0]?.headers).toMatchObject({ reply: notText, twice: [Buffer.from('1'), Buffer.from('2')] })
    expect(String(deadLetters[2]?.headers.reply)).toBe('gateway')
  })

  it('are stored as dead letters even at the largest possible size', async () => {
    await using opened = await open()
    const value = 'x'.repeat(1024 * 1024 - 100)
    await writeTopic(opened.brokers, opened.topics.commands.name, [{ key: 'k', value }])
    const { records, received } = await collect(opened)
    await received(1)
    const [record] = records
    if (record === undefined) throw new Error('there is no record')
    await opened.log.deadLetter(record, 'too large'.repeat(50))
    const [deadLetters] = await readTopic(opened.brokers, opened.topics.deadLetter.name)
    expect(deadLetters?.value?.length).toBe(value.length)
  })
})

describe.skipIf(noStackReason())('a publish that Kafka refuses', () => {
  const tooLarge = { key: 'k', value: 'x'.repeat(1024 * 1024), headers: {} }
  const small = (key: string, value: string) => ({ key, value, headers: {} })
  const outcomeOf = (publish: Promise<void>) =>
    publish.then(
      () => 'durable',
      (error: PublishError) => error,
    )

  it('fails finally when its only record is too large, and the next publish succeeds', async () => {
    await using opened = await open()
    await expect(opened.log.publish([tooLarge])).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringContaining('MESSAGE_TOO_LARGE'),
      tooLarge: new Set([tooLarge]),
    })
    await opened.log.publish([small('k', 'small')])
    const kept = await readTopic(opened.brokers, opened.topics.commands.name)
    expect(kept.map(({ value }) => String(value))).toEqual(['small'])
  })

  it('fails finally for the records that are too large, and stores the others in order', async () => {
    await using opened = await open()
    const another = { ...tooLarge, key: 'another' }
    const keys = ['k', 'l', 'm']
    const before = keys.map((key) => small(key, 'before'))
    const after = keys.map((key) => small(key, 'after'))
    const error = await outcomeOf(opened.log.publish([...before, tooLarge, another, ...after]))
    expect(error).toMatchObject({ kind: 'too_large', tooLarge: new Set([tooLarge, another]) })
    const kept = await readTopic(opened.brokers, opened.topics.commands.name)
    for (const each of keys) {
      const own = kept.filter(({ key }) => String(key) === each).map(({ value }) => String(value))
      expect([...new Set(own)]).toEqual(['before', 'after'])
    }
  })

  it('succeeds when only all its records together exceed the size limit', async () => {
    await using opened = await open()
    const { commands, events } = opened.topics
    await limitBytes(opened.options, [commands.name, events.name], 20_000)
    const records = Array.from({ length: 40 }, (_, index) => small('k', String(index).padEnd(4_000, '.')))
    expect(await outcomeOf(opened.log.publish(records))).toBe('durable')
    const kept = (await readTopic(opened.brokers, commands.name)).map(({ value }) => Number.parseInt(String(value), 10))
    const firsts = [...new Set(kept)]
    expect(firsts).toEqual(records.map((_, index) => index))
  })

  it('leaves out an event that is too large for the stream, and publishes the others', async () => {
    await using opened = await open()
    const stream = kafkaEventStream(opened.options)
    await stream.publish([small('k', 'before'), tooLarge, small('k', 'after')])
    await stream.close()
    const kept = await readTopic(opened.brokers, opened.topics.events.name)
    expect([...new Set(kept.map(({ value }) => String(value)))]).toEqual(['before', 'after'])
  })

  it('stores a dead letter without its value when that is too large, with the place of the record', async () => {
    await using opened = await open()
    await limitBytes(opened.options, [opened.topics.deadLetter.name], 2_000)
    await opened.log.publish([small('k', 'x'.repeat(4_000))])
    const { records, received } = await collect(opened)
    await received(1)
    const [record] = records
    if (record === undefined) throw new Error('there is no record')
    await opened.log.deadLetter(record, 'unreadable')
    const [deadLetters] = await readTopic(opened.brokers, opened.topics.deadLetter.name)
    expect(deadLetters?.value).toBeNull()
    expect([String(deadLetters?.headers.reason), String(deadLetters?.headers.offset)]).toEqual(['unreadable', record.offset])
  })

  it('is `refused` when the topic is missing, and succeeds once it exists', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const elsewhere = { ...options, namespace: `${options.namespace}-not` }
    const log = kafkaCommandLog(elsewhere)
    const record = { key: 'k', value: 'v', headers: {} }
    await expect(log.publish([record])).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION'),
    })
    const { commands } = topicsOf(elsewhere.namespace, elsewhere.partitions)
    await createTopics(elsewhere, topicsOf(elsewhere.namespace, elsewhere.partitions), undefined)
    await log.publish([record])
    expect(await readTopic(options.brokers, commands.name)).toHaveLength(1)
    await log.close()
  })
})
