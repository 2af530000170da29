import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../../infra/postgres/admin/migrate.ts'
import { raiseLevel, showLevel } from '../../../infra/postgres/admin/raise-level.ts'
import { awaitSchema } from '../../../infra/postgres/await-schema.ts'
import { LevelError } from '../../../infra/postgres/connection/feature-level.ts'
import { makeOrm } from '../../../infra/postgres/connection/orm.ts'
import type { Database } from '../../../infra/postgres/database.ts'
import { appendValues } from '../../../infra/postgres/event-store/append.ts'
import { parameters } from '../../../infra/postgres/event-store/write-changes.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { supportedLevel } from '../../../shared/protocol/feature-level.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { append, appending, chatCreated, messagePosted, usersAdded, usersRemoved, written } from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const [ann, bob] = [randomUUID(), randomUUID()] as const

/** The positions and numbers of the arguments of an append that the previous version did not have, the last ones first. */
const later = [
  { at: 54, count: 3 },
  { at: 40, count: 1 },
  { at: 34, count: 1 },
  { at: 18, count: 3 },
  { at: 9, count: 2 },
] as const

/** The events of a room, one of each type. */
const oneOfEach = (room: string) => [
  chatCreated(room, [ann]),
  messagePosted(room, 2, ann),
  usersAdded(room, 3, [bob]),
  usersRemoved(room, 4, [bob]),
]

/** Stores events as the writer of the previous version does: with the older database function, without names. */
const appendBefore = (url: string, room: string): Promise<void> =>
  withSession(url, async (client) => {
    const batch = appending({ events: oneOfEach(room).map((event) => written(event)) })
    const values = later.reduce<readonly unknown[]>((all, { at, count }) => all.toSpliced(at, count), appendValues(batch, false))
    const { rows } = await client.query(`select append_batch(${parameters(1, values.length)}) as done`, [...values])
    expect(rows).toEqual([{ done: true }])
  })

describe.skipIf(noStackReason())('The names of events on PostgreSQL', () => {
  let url: string
  let database: Database
  beforeEach(async () => {
    url = await freshDatabase()
    database = await openMigrated(url)
  })
  afterEach(() => database.close())

  const pageOf = async (room: string): Promise<readonly StoredEvent[]> => {
    const [page] = await database.eventStore.readPages([{ room, after: 0, limit: 10, users: [] }])
    return page?.events ?? []
  }
  const namesOf = async (room: string) => (await pageOf(room)).map(({ name, membership }) => [name, membership])
  const names = [
    ['create-chat', 'adds'],
    ['new-message', 'none'],
    ['add-users', 'adds'],
    ['remove-users', 'removes'],
  ]

  it('are stored with the events', async () => {
    const room = randomUUID()
    await append(database.eventStore, ...oneOfEach(room))
    const stored = await withSession(url, async (client) => {
      const { rows } = await client.query('select name, membership from event where stream = $1 order by seq', [room])
      return rows.map(({ name, membership }) => [name, membership ?? 'none'])
    })
    expect(stored).toEqual(names)
  })

  it('follow from the types where a writer of the version before stored the events beside this one', async () => {
    const room = randomUUID()
    await appendBefore(url, room)
    expect(await namesOf(room)).toEqual(names)
  })

  it('are the stored ones for an event of a later version, in pages and in outcomes', async () => {
    const room = randomUUID()
    await append(database.eventStore, ...oneOfEach(room))
    await withSession(url, (client) =>
      client.query(
        `update event set type = 'UsersBanned', name = 'ban-users', membership = 'removes' where stream = $1 and seq = 2`,
        [room],
      ),
    )
    const event = (await pageOf(room))[1]
    expect(event).toMatchObject({ type: 'UsersBanned', name: 'ban-users', membership: 'removes' })
    const { commandId: id = '', digest = '' } = event ?? {}
    const [outcome] = await database.eventStore.outcomes([{ room, id, digest }])
    expect(outcome).toMatchObject({ event: { name: 'ban-users', membership: 'removes' } })
  })
})

describe.skipIf(noStackReason())('An upgrade of a store that has events', () => {
  it('keeps them as they are and gives the store the first feature level', async () => {
    const url = await sharedStack().createDatabase()
    const orm = makeOrm({ url, poolMax: 1, applicationName: 'chat-test', connectMs: 3_000, log: recordingLog() })
    await orm.migrator.up({ to: '0003-append-batch' })
    await orm.close()
    const room = randomUUID()
    await appendBefore(url, room)
    await migrate(url, recordingLog())
    const database = await openMigrated(url)
    const [page] = await database.eventStore.readPages([{ room, after: 0, limit: 10, users: [] }])
    expect(page?.events.map(({ name }) => name)).toEqual(['create-chat', 'new-message', 'add-users', 'remove-users'])
    expect((await database.readModel.meta()).level).toBe(1)
    await database.close()
  })
})

describe.skipIf(noStackReason())('The feature level on PostgreSQL', () => {
  let url: string
  let database: Database
  beforeEach(async () => {
    url = await freshDatabase()
    database = await openMigrated(url)
  })
  afterEach(() => database.close())

  const setLevel = (level: number): Promise<unknown> =>
    withSession(url, (client) => client.query(`update meta set value = $1 where key = 'level'`, [String(level)]))
  const levelNow = async (): Promise<number> => (await database.readModel.meta()).level

  it('of a new store is the one that this version supports', async () => {
    expect(await levelNow()).toBe(supportedLevel)
  })

  it('above the supported one ends the start of a process with an error that says what to do', async () => {
    await setLevel(supportedLevel + 1)
    const log = recordingLog()
    await expect(awaitSchema(database, log)).rejects.toThrow(LevelError)
    await expect(database.assertSchema()).rejects.toThrow(
      `the store has feature level ${supportedLevel + 1}, and this version supports ${supportedLevel} at most: run a version that supports level ${supportedLevel + 1}`,
    )
    expect(log.lines).toEqual([])
  })

  it('is shown and raised by admin level', async () => {
    await setLevel(0)
    const log = recordingLog()
    await showLevel(url, log)
    await raiseLevel(url, log)
    expect(await levelNow()).toBe(supportedLevel)
    await raiseLevel(url, log)
    expect(log.lines.map((line) => line.replace(/.*(feature level [a-z ]+).*/, '$1').trim())).toEqual([
      'feature level of the store',
      'feature level raised',
      'feature level unchanged',
    ])
  })

  it('is never lowered', async () => {
    await setLevel(supportedLevel + 1)
    await expect(raiseLevel(url, recordingLog())).rejects.toThrow(LevelError)
    await expect(database.raiseLevel()).rejects.toThrow(LevelError)
    expect(await levelNow()).toBe(supportedLevel + 1)
  })
})
