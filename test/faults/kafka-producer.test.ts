import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KafkaCommandLogOptions } from '../../infra/kafka/command-log.ts'
import { kafkaCommandLog } from '../../infra/kafka/command-log.ts'
import { topicsOf } from '../../infra/kafka/driver/topics.ts'
import { kafkaEventStream } from '../../infra/kafka/event-stream.ts'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import { PublishError } from '../../shared/ports/command-log.ts'
import { record } from '../contract/command-log/collecting.ts'
import { kafkaWithTopics } from '../contract/kafka/open-kafka.ts'
import { countRecords, readTopic } from '../support/kafka/raw-topic.ts'
import { until } from '../support/poll.ts'
import { seededRandom } from '../support/simulation/random.ts'
import type { Link } from '../support/stack/link.ts'
import type { Stack } from '../support/stack/stack.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'

const times = { producerRequestMs: 1_500, kafkaConnectMs: 1_000 }
const backoff = { withinMs: 30_000, everyMs: 100 }

const outcomeOf = (publish: Promise<void>): Promise<string> =>
  publish.then(
    () => 'durable',
    (error: unknown) => (error instanceof PublishError ? error.kind : String(error)),
  )

const isBeforeAndMaybe =
  (value: string) =>
  (values: readonly string[]): boolean =>
    ['before', `before,${value}`].includes(values.join())

describe.skipIf(stackKind() !== 'native')('A publish to a Kafka that fails', () => {
  let stack: Stack
  let link: Link
  let options: KafkaCommandLogOptions
  let log: CommandLog

  beforeAll(async () => {
    stack = await startStack({ links: ['gateway'] })
    link = stack.link('gateway', 'kafka')
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  beforeEach(async () => {
    // Repairs what the previous test broke.
    link.heal()
    await stack.kafka.start()
    await stack.kafka.resume()
    const opened = await kafkaWithTopics(stack, 'gateway')
    options = { ...opened, times: { ...opened.times, ...times } }
    log = kafkaCommandLog(options)
    return () => log.close()
  })

  const commands = (): string => topicsOf(options.namespace, options.partitions).commands.name
  const direct = (): readonly string[] => stack.urls().kafkaBrokers
  const values = async (): Promise<readonly string[]> => (await readTopic(direct(), commands())).map(({ value }) => String(value))
  const worksAgain = async (): Promise<void> => {
    await until('a publish', async () => (await outcomeOf(log.publish([record('k', 'again')]))) === 'durable', backoff)
  }

  it('is refused soon, with certainty, while no broker runs, and succeeds when one runs again', async () => {
    await log.publish([record('k', 'before')])
    await stack.kafka.kill()
    // The first outcome may be unknown, if the producer has not detected the end of the connection yet.
    expect(await outcomeOf(log.publish([record('k', 'perhaps')]))).not.toBe('durable')
    const startedMs = performance.now()
    expect(await outcomeOf(log.publish([record('k', 'refused')]))).toBe('refused')
    expect(await outcomeOf(log.publish([record('k', 'refused')]))).toBe('refused')
    expect(performance.now() - startedMs).toBeLessThan(2 * (times.kafkaConnectMs + times.producerRequestMs))
    await stack.kafka.start()
    await worksAgain()
    expect(await values()).not.toContain('refused')
  })

  it('has an unknown outcome if the broker freezes after it received the request', async () => {
    await log.publish([record('k', 'before')])
    await stack.kafka.pause()
    try {
      expect(await outcomeOf(log.publish([record('k', 'unknown')]))).toBe('unknown')
    } finally {
      await stack.kafka.resume()
    }
    await worksAgain()
    // The record may be stored, at most once.
    expect((await values()).filter((value) => value !== 'again')).toEqual(expect.toSatisfy(isBeforeAndMaybe('unknown')))
  })

  it('has an unknown outcome if the answer is lost, although the record is stored', async () => {
    await log.publish([record('k', 'before')])
    link.cut('black-hole', 'answers')
    expect(await outcomeOf(log.publish([record('k', 'unanswered')]))).toBe('unknown')
    expect(await countRecords(direct(), commands())).toBe(2)
    link.heal()
    await log.publish([record('k', 'unanswered')])
    expect(await values()).toEqual(['before', 'unanswered', 'unanswered'])
  })

  it('has an unknown outcome if the request is lost, which the producer cannot detect', async () => {
    await log.publish([record('k', 'before')])
    link.cut('black-hole', 'requests')
    expect(await outcomeOf(log.publish([record('k', 'lost')]))).toBe('unknown')
    link.heal()
    await log.publish([record('k', 'sent again')])
    expect(await values()).toEqual(['before', 'sent again'])
  })

  it('is refused with certainty if a new connection gets no answer', async () => {
    link.cut('black-hole')
    expect(await outcomeOf(log.publish([record('k', 'refused')]))).toBe('refused')
    link.heal()
    await log.publish([record('k', 'sent')])
    expect(await values()).toEqual(['sent'])
  })

  it('has an unknown outcome if the connection breaks after the request', async () => {
    await log.publish([record('k', 'before')])
    link.cut('black-hole', 'answers')
    const fate = outcomeOf(log.publish([record('k', 'cut')]))
    await until('the record', async () => (await countRecords(direct(), commands())) === 2)
    link.cut('reset')
    expect(await fate).toBe('unknown')
    link.heal()
    await log.publish([record('k', 'after')])
  })

  it('succeeds after a restart that an idle producer did not notice', async () => {
    await log.publish([record('k', 'before')])
    await stack.kafka.restart()
    await worksAgain()
    expect((await values())[0]).toBe('before')
  })

  it('is never reported as refused if the record is stored, nor as durable if it is not, under random link faults', async () => {
    const seed = Date.now()
    const random = seededRandom(seed)
    const fates = new Map<string, string>()
    let isOver = false
    const publishAll = async (name: string): Promise<void> => {
      for (let index = 0; !isOver; index += 1) {
        const batch = Array.from({ length: 1 + random.below(4) }, (_, place) =>
          record(`${name} ${place}`, `${name} ${index} ${place}`),
        )
        const fate = await outcomeOf(log.publish(batch))
        for (const { value } of batch) fates.set(value, fate)
      }
    }
    const publishing = ['a', 'b', 'c'].map(publishAll)
    for (let round = 0; round < 10; round += 1) {
      await pause(random.next() * 300)
      const direction = (['both', 'answers', 'requests'] as const)[random.below(3)]
      if (random.chance(0.5)) link.cut('reset')
      else link.cut('black-hole', direction)
      await pause(random.next() * 1_500)
      link.heal()
    }
    isOver = true
    await Promise.all(publishing)
    await worksAgain()
    const there = new Set(await values())
    const wrong = [...fates].filter(
      ([value, fate]) => (fate === 'refused' && there.has(value)) || (fate === 'durable' && !there.has(value)),
    )
    expect(wrong, `seed ${seed}`).toEqual([])
    expect(new Set(fates.values()), `seed ${seed}`).toEqual(new Set(['durable', 'refused', 'unknown']))
  })

  it('keeps the order of a key if the caller retries records with an unknown outcome', async () => {
    const seed = Date.now()
    const random = seededRandom(seed)
    let isOver = false
    let sent = 0
    const publishing = (async () => {
      while (!isOver) {
        if ((await outcomeOf(log.publish([record('k', String(sent))]))) === 'durable') sent += 1
      }
    })()
    for (let round = 0; round < 6; round += 1) {
      await pause(100 + random.next() * 300)
      if (random.chance(0.5)) link.cut('reset')
      else link.cut('black-hole', 'answers')
      await pause(random.next() * 1_000)
      link.heal()
    }
    isOver = true
    await publishing
    const firsts = [...new Set((await values()).map(Number))].filter((value) => value < sent)
    expect(firsts, `seed ${seed}`).toEqual(Array.from({ length: sent }, (_, index) => index))
    expect(sent).toBeGreaterThan(10)
  })

  it('rejects an event while no broker runs, and accepts the same event when one runs again', async () => {
    const stream = kafkaEventStream(options)
    const event = { key: 'room', value: '{"v":1}', headers: {} }
    await stream.publish([event])
    await stack.kafka.kill()
    await expect(stream.publish([event])).rejects.toThrow()
    await stack.kafka.start()
    await until('the event', () => stream.publish([event]).then(() => true), backoff)
    const { events } = topicsOf(options.namespace, options.partitions)
    expect((await readTopic(direct(), events.name)).length).toBeGreaterThanOrEqual(2)
    await stream.close()
  })
})
