import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { topicsOf, writerGroup } from '../../infra/kafka/driver/topics.ts'
import { withSession } from '../contract/postgres/session.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import type { Stack } from '../support/stack/stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'
import type { ArchivedPostgres } from './archived-postgres.ts'
import { archivedPostgres } from './archived-postgres.ts'
import { quickWriters } from './own-chat.ts'

const partitions = 3
/** A command may wait in Kafka before the moment, and be stored after it. Repeated commands have no effect. */
const earlierMs = 300_000

/** Sets the position of the writers to a time, as `kafka-consumer-groups.sh --reset-offsets --to-datetime` does. */
const rewindCommands = async (stack: Stack, namespace: string, moment: Date): Promise<void> => {
  const admin = new Kafka({ brokers: [...stack.urls().kafkaBrokers], logLevel: logLevel.NOTHING }).admin()
  const topic = topicsOf(namespace, partitions).commands.name
  await admin.connect()
  try {
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, moment.getTime())
    await admin.setOffsets({ groupId: writerGroup(namespace), topic, partitions: offsets })
  } finally {
    await admin.disconnect()
  }
}

interface Resumed {
  readonly person: Person
  readonly rooms: Readonly<Record<string, { readonly recovered: boolean; readonly reason?: string; readonly seq: number }>>
  readonly epoch: string
}

const resumeOn = async (url: string, name: string, rooms: Readonly<Record<string, number>>, epoch?: string): Promise<Resumed> => {
  const person = await personOn(url, name, { rooms, ...(epoch === undefined ? {} : { epoch }) })
  const { body } = await person.socket.seen('the answer to the resume', ({ event }) => event === 'resume')
  return { person, ...(body as Pick<Resumed, 'rooms' | 'epoch'>) }
}

/** "Recovery to a point in time" of k8s/README.md, step by step, with a native Postgres in place of the operator. */
describe.skipIf(stackKind() !== 'native')('A database that is recovered to a point in time', () => {
  const owned = new AsyncDisposableStack()
  let stack: Stack
  let chat: Chat
  let postgres: ArchivedPostgres

  beforeAll(async () => {
    stack = owned.use(await startStack({ links: [] }))
    postgres = owned.use(await archivedPostgres(stack))
    chat = owned.use(await startChat(stack, { env: { ...quickWriters, PARTITIONS: String(partitions) } }))
  }, 300_000)
  afterAll(() => owned.disposeAsync())

  const url = (): string => chat.gateways[0]?.url ?? ''
  const replicas = () => [...chat.writers, ...chat.gateways]
  const stopAll = async (): Promise<void> => {
    for (const replica of replicas().reverse()) await replica.stop()
  }
  const startAll = async (): Promise<void> => {
    for (const replica of replicas()) await replica.start()
  }

  it('has every message that was confirmed before the moment; those after it return from the command log', {
    timeout: 240_000,
  }, async () => {
    const name = freshName('ann')
    const { person: ann, epoch } = await resumeOn(url(), name, {})
    const { room } = await ann.createChat('a room', [])
    await ann.say(room, 'before the base backup')
    await postgres.baseBackup()
    await ann.say(room, 'after the base backup')
    await ann.say(room, 'the last one before the moment')
    const moment = await postgres.now()
    const lateId = randomUUID()
    const late = await ann.say(room, 'after the moment', lateId)
    expect(late.seq).toBe(5)
    await ann.socket[Symbol.asyncDispose]()
    // The mistake that the recovery undoes.
    await withSession(chat.databaseUrl, (client) => client.query('truncate event, message cascade'))
    await postgres.archiveAll()

    await stopAll()
    await postgres.loseAndRestore(moment)
    await chat.admin('migrate')
    await chat.admin('restore')
    await startAll()

    const kept = ['before the base backup', 'after the base backup', 'the last one before the moment']
    const restored = await resumeOn(url(), name, { [room]: 5 }, epoch)
    expect(restored.rooms[room]).toEqual({ seq: 4, recovered: false, reason: 'epoch' })
    expect((await restored.person.history(room)).map(({ msg }) => msg)).toEqual(kept)
    await restored.person.socket[Symbol.asyncDispose]()

    await stopAll()
    await rewindCommands(stack, chat.namespace, new Date(moment.getTime() - earlierMs))
    await startAll()
    const again = await resumeOn(url(), name, { [room]: 4 }, restored.epoch)
    await using back = again.person
    await back.feedTo(room, 5)
    const history = await back.history(room)
    expect(history.map(({ msg }) => msg)).toEqual([...kept, 'after the moment'])
    expect(history.at(-1)?.id).toBe(lateId)
    // A retry of the sender stores nothing twice: the next message follows.
    expect((await back.say(room, 'after the moment', lateId)).body?.id).toBe(lateId)
    expect((await back.say(room, 'a new one')).seq).toBe(6)
    expect(await chat.admin('audit')).toContain('Nothing is missing, doubled or late.')
  })
})
