import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSession } from '../contract/postgres/session.ts'
import { freshName, personOn } from '../support/client/person.ts'
import type { TopicRecord } from '../support/kafka/raw-topic.ts'
import { countRecords, readTopic } from '../support/kafka/raw-topic.ts'
import { until } from '../support/poll.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'
import { manyMessages, textOf } from '../unit/admin/moving/sample-lines.ts'

const seqOf = ({ value }: TopicRecord): number => (JSON.parse(String(value)) as { seq: number }).seq

/** The seqs of the records of each key, in their order. */
const seqsByKey = (records: readonly TopicRecord[]): ReadonlyMap<string, readonly number[]> =>
  new Map([...Map.groupBy(records, ({ key }) => String(key))].map(([key, found]) => [key, found.map(seqOf)]))

/** The seqs that a consumer applies which ignores records whose seq is not greater than the last one of their key. */
const applied = (seqs: readonly number[]): readonly number[] =>
  seqs.filter((seq, place) => seqs.slice(0, place).every((earlier) => earlier < seq))

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1)

describe.skipIf(noStackReason())('A replay of stored events', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'))
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 1, writers: 1 })
  }, 90_000)
  afterAll(async () => {
    await chat[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const brokers = () => sharedStack().urls().kafkaBrokers
  const named = (topic: string) => `${chat.namespace}.${topic}`
  const stateOf = (topic: string) => join(folder, `${topic}.json`)
  /** With the database login of a gateway, which is enough. */
  const start = (topic: string, ...args: string[]) =>
    startAdmin(['replay', `--topic=${topic}`, `--state=${stateOf(topic)}`, ...args], chat.environment('gateway'))
  const replay = (topic: string, ...args: string[]) => start(topic, ...args).ended
  const heads = () =>
    withSession(chat.databaseUrl, async (client) => {
      const { rows } = await client.query<{ stream: string; head: string }>(
        'select stream, max(seq) as head from event group by 1',
      )
      return new Map(rows.map(({ stream, head }) => [stream, upTo(Number(head))]))
    })
  const connectedAdmin = async () => {
    const admin = new Kafka({ brokers: [...brokers()], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    return admin
  }
  /** Deletes the present records of a topic, as its retention does. */
  const expire = async (topic: string): Promise<void> => {
    const admin = await connectedAdmin()
    const offsets = await admin.fetchTopicOffsets(named(topic))
    const partitions = offsets.filter(({ high, low }) => high !== low).map(({ partition, high }) => ({ partition, offset: high }))
    await admin.deleteTopicRecords({ topic: named(topic), partitions })
    await admin.disconnect()
  }

  it('has every event that chat.events lost, in order, as it was published, and nothing of a deleted message; clients receive nothing of it', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    const canary = `canary-${randomUUID()}`
    await using ann = await personOn(url, freshName('ann'))
    await using bob = await personOn(url, freshName('bob'))
    const { room } = await ann.createChat('kept', [bob.id])
    const gone = randomUUID()
    await ann.say(room, canary, gone)
    await ann.socket.request('edit-message', { message: gone, msg: `again ${canary}` }, { room })
    const kept = randomUUID()
    await bob.say(room, 'kept', kept)
    await bob.socket.request('edit-message', { message: kept, msg: 'kept and edited' }, { room })
    await until('the records', async () => (await countRecords(brokers(), named('chat.events'))) === 7)
    const published = await readTopic(brokers(), named('chat.events'))
    expect(published.some(({ value }) => String(value).includes(canary))).toBe(true)
    await ann.socket.request('delete-message', { message: gone }, { room })
    await until('the records', async () => (await countRecords(brokers(), named('chat.events'))) === 8)
    await expire('chat.events')
    const framesBefore = bob.socket.frames.length

    const topic = 'chat.events.replay'
    expect(await replay(topic)).toMatchObject({ code: 0, stderr: expect.stringContaining('events replayed') })
    const records = await readTopic(brokers(), named(topic))
    expect(seqsByKey(records)).toEqual(await heads())
    const bytes = records.map(({ key, value, headers }) => `${key} ${value} ${JSON.stringify(headers)}`).join('\n')
    expect(bytes).not.toContain(canary)
    expect(bytes).toContain('"deleted":true')
    const textsOf = (from: readonly TopicRecord[]) => from.map(({ partition, key, value }) => `${partition} ${key} ${value}`)
    const untouched = textsOf(published).filter((text) => !text.includes(gone))
    expect(textsOf(records)).toEqual(expect.arrayContaining(untouched))

    // The replay, and then what chat.events has by now, are the whole room.
    await ann.say(room, 'after the replay')
    await bob.feedTo(room, 7)
    expect(bob.socket.frames.slice(framesBefore).map(({ event, seq }) => [event, seq])).toEqual([['new-message', 7]])
    await until('the record', async () => (await readTopic(brokers(), named('chat.events'))).length > 0)
    const rest = await readTopic(brokers(), named('chat.events'))
    const whole = seqsByKey([...records, ...rest])
    expect(applied(whole.get(room) ?? [])).toEqual(upTo(7))
    // The same command again publishes nothing.
    expect(await replay(topic)).toMatchObject({ code: 0 })
    expect(await countRecords(brokers(), named(topic))).toBe(records.length)
  })

  it('continues after a kill and after a stop signal, and repeats at most the records of a second', async () => {
    const file = join(folder, 'many.jsonl')
    writeFileSync(file, textOf(manyMessages(3_000)))
    expect(await startAdmin(['import', file], chat.environment('gateway')).ended).toMatchObject({ code: 0 })
    const topic = 'chat.events.replay.killed'
    const done = (): number =>
      existsSync(stateOf(topic)) ? (JSON.parse(readFileSync(stateOf(topic), 'utf8')) as { events: number }).events : 0
    const killed = start(topic, '--rate=1000')
    await until('a part of the events to be replayed', () => done() > 300, { withinMs: 30_000 })
    killed.kill('SIGKILL')
    expect(await killed.ended).toMatchObject({ code: null })
    const before = done()
    const stopped = start(topic, '--rate=1000')
    await until('a further part of the events to be replayed', () => done() > before, { withinMs: 30_000 })
    stopped.kill('SIGINT')
    const { code, stderr } = await stopped.ended
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('run the same command again to continue') })

    expect(await replay(topic)).toMatchObject({ code: 0 })
    const records = await readTopic(brokers(), named(topic))
    const wanted = await heads()
    const found = seqsByKey(records)
    expect(new Map([...found].map(([key, seqs]) => [key, applied(seqs)]))).toEqual(wanted)
    const events = [...wanted.values()].reduce((sum, { length }) => sum + length, 0)
    expect(events).toBeGreaterThan(3_000)
    expect(records.length - events).toBeLessThan(1_500)
  })

  it('has only the events of a room, or those since a time, without a gap in a stream', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    const { room } = await ann.createChat('one', [])
    await ann.createChat('other', [])
    await ann.say(room, 'first')
    const now = await withSession(chat.databaseUrl, async (client) => {
      const { rows } = await client.query<{ at: Date }>(`select clock_timestamp() + interval '1 millisecond' as at`)
      return rows[0]?.at.toISOString() ?? ''
    })
    await until('a later time', () => new Date().toISOString() > now)
    await ann.say(room, 'second')
    await ann.say(room, 'third')
    expect(await replay('chat.events.replay.room', `--room=${room}`)).toMatchObject({ code: 0 })
    const ofRoom = seqsByKey(await readTopic(brokers(), named('chat.events.replay.room')))
    expect(ofRoom).toEqual(new Map([[room, upTo(4)]]))
    expect(await replay('chat.events.replay.since', `--since=${now}`)).toMatchObject({ code: 0 })
    const sinceThen = seqsByKey(await readTopic(brokers(), named('chat.events.replay.since')))
    expect(sinceThen).toEqual(new Map([[room, [3, 4]]]))
    const { KAFKA_BROKERS: _, ...withoutKafka } = chat.environment('gateway')
    const counted = await startAdmin(['replay', '--dry-run', `--since=${now}`], withoutKafka).ended
    expect(counted).toMatchObject({ code: 0, stderr: expect.stringContaining('2 events of 1 chats') })
  })

  it('refuses topics of the service, topics with records of another replay, and those that have lost records', async () => {
    const other = await startAdmin(['replay', '--topic=chat.events'], chat.environment('gateway')).ended
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('must be a name that begins with chat.events.replay'),
    })
    const topic = 'chat.events.replay.twice'
    expect(await replay(topic)).toMatchObject({ code: 0 })
    expect(await replay(topic, '--since=2020-01-01')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not the progress of this replay'),
    })
    await expire(topic)
    expect(await replay(topic)).toMatchObject({ code: 1, stderr: expect.stringContaining('lacks records of the earlier run') })
    const unknown = await replay('chat.events.replay.unknown', `--room=${randomUUID()}`)
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no chat with the id') })
    expect(unknown.stderr).not.toContain('Read it to its end')
    expect(await replay(topic, '--since=yesterday')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--since must be'),
    })
  })

  it('refuses a topic with another number of partitions, as a consumer creates it that starts earlier', async () => {
    const topic = 'chat.events.replay.early'
    const admin = await connectedAdmin()
    await admin.createTopics({ topics: [{ topic: named(topic), numPartitions: 7 }], waitForLeaders: true })
    await admin.disconnect()
    expect(await replay(topic)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${named(topic)} has another number of partitions (7) than ${named('chat.events')}`),
    })
    expect(await countRecords(brokers(), named(topic))).toBe(0)
  })

  it('ends at the first stop signal, also while it waits for a service that is not available', async () => {
    const nowhere = { DATABASE_URL: 'postgres://chat@127.0.0.1:1/chat', KAFKA_BROKERS: '127.0.0.1:1' }
    const started = startAdmin(['replay', `--state=${stateOf('stopped')}`], nowhere)
    await started.printed('waiting for the database')
    started.kill('SIGINT')
    expect(await started.ended).toMatchObject({ code: 1 })
  })

  it('changes nothing that the audit of the service finds', async () => {
    await using fresh = await startChat(sharedStack(), { gateways: 1, writers: 1 })
    await using ann = await personOn(fresh.gateways[0]?.url ?? '', freshName('ann'))
    const { room } = await ann.createChat('audited', [])
    await ann.say(room, 'one')
    const args = ['replay', `--state=${join(folder, 'audited.json')}`]
    expect(await startAdmin(args, fresh.environment('gateway')).ended).toMatchObject({ code: 0 })
    expect(await fresh.admin('audit')).toMatch(/nothing/i)
  })
})
