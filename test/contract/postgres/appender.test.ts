import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../infra/postgres/database.ts'
import { postgresAppender } from '../../../infra/postgres/event-store/appender.ts'
import type { AppendResult } from '../../../shared/ports/event-store.ts'
import { until } from '../../support/poll.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import {
  append,
  appending,
  chatCreated,
  fillRoom,
  messagePosted,
  reading,
  tryAppend,
  withAppender,
  written,
} from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const rejection = { type: 'Rejected', code: 'forbidden', message: 'no' } as const
const refusedIn = (room: string) => ({ room, commandId: randomUUID(), digest: 'd', rejection })

/** Whether a promise has settled. */
const stateOf = (promise: Promise<unknown>): Promise<'settled' | 'waiting'> =>
  Promise.race([
    promise.then(
      () => 'settled' as const,
      () => 'settled' as const,
    ),
    new Promise<'waiting'>((resolve) => setImmediate(resolve, 'waiting')),
  ])

describe.skipIf(noStackReason())('an appender on PostgreSQL', () => {
  let url: string
  let database: Database
  beforeAll(async () => {
    url = await freshDatabase()
    database = await openMigrated(url)
  })
  afterAll(() => database.close())

  const waitingForLock = async (client: pg.Client): Promise<number> => {
    const { rows } = await client.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows[0]?.waiting ?? 0
  }

  /** Runs the append while another transaction has written; the result is awaited after that has ended. */
  const besideTransaction = async (
    statements: readonly (readonly [text: string, values?: readonly unknown[]])[],
    attempt: () => Promise<AppendResult>,
  ): Promise<AppendResult> => {
    let result: Promise<AppendResult> | undefined
    await withSession(url, async (client) => {
      await client.query('begin')
      for (const [text, values] of statements) await client.query(text, values as unknown[])
      result = attempt()
      await withSession(url, (observer) =>
        until('the append to wait for a lock', async () => (await waitingForLock(observer)) > 0),
      )
      expect(await stateOf(result)).toBe('waiting')
      await client.query('commit')
    })
    return result ?? Promise.reject(new Error('nothing was tried'))
  }

  it('waits for a room that another transaction has locked, also for a rejection, and then compares the head', async () => {
    const { eventStore } = database
    const room = await fillRoom(eventStore, [randomUUID()], 0)
    const attempt = () => tryAppend(eventStore, { heads: new Map([[room, 1]]), rejections: [refusedIn(room)] })
    const passing = [['update chat set seq = seq + 1 where id = $1', [room]]] as const
    expect(await besideTransaction(passing, attempt)).toBe('stale')
  })

  it('waits for the creation of a room in another transaction, also for a rejection, and is then stale', async () => {
    const { eventStore } = database
    const room = randomUUID()
    const creation = written(chatCreated(room, [randomUUID()]))
    const values = [room, creation.event.seq, 'ChatCreated', creation.data, room, creation.event.digest]
    const creating = [
      ['select pg_advisory_xact_lock(4207003, uuid_hash($1::uuid))', [room]],
      [
        `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
          values ($1, 'a room', $1, 1, now(), 1, now(), now())`,
        [room],
      ],
      [
        `insert into event (stream, seq, v, kind, type, data, command_id, digest) values ($1, $2, 1, 'chat', $3, $4, $5, $6)`,
        values,
      ],
    ] as const
    const attempt = () => tryAppend(eventStore, { heads: new Map([[room, 0]]), rejections: [refusedIn(room)] })
    expect(await besideTransaction(creating, attempt)).toBe('stale')
  })

  it('stores only one of two concurrent appends to a new room, one of which has only a rejection', async () => {
    const { eventStore } = database
    for (let turn = 0; turn < 20; turn += 1) {
      const room = randomUUID()
      const results = await Promise.all([
        tryAppend(eventStore, { events: [written(chatCreated(room, [randomUUID()]))] }),
        tryAppend(eventStore, {
          heads: new Map([[room, 0]]),
          rejections: [{ ...refusedIn(room), commandId: room }],
          unread: new Set([room]),
        }),
      ])
      const [outcome] = await eventStore.outcomes([{ room, id: room, digest: `digest of ${room}` }])
      const [refusal] = await eventStore.outcomes([{ room, id: room, digest: 'd' }])
      expect([outcome !== undefined, refusal !== undefined]).toEqual(results.map((result) => result === 'appended'))
    }
  })

  it('uses one statement for a read and one for an append', async () => {
    const statements: string[] = []
    const connection = {
      run: async ({ name }: { readonly name: string }) => {
        statements.push(name)
        return []
      },
      lost: new Promise<void>(() => {}),
      close: async () => {},
    }
    const appender = postgresAppender(connection, false)
    const [user, room] = [randomUUID(), randomUUID()]
    await appender.read(reading({ rooms: [room], members: [{ room, user }] }))
    await appender.append(appending({ events: [written(messagePosted(room, 2, user))], rejections: [refusedIn(room)] }))
    expect(statements).toEqual(['read-snapshot', 'append-outcomes'])
  })

  it('rejects with `timeout` when a lock is not free in time, and keeps working over the same connection', async () => {
    const quick = await openMigrated(url, { lockMs: 100 })
    const user = randomUUID()
    const room = await fillRoom(quick.eventStore, [user], 0)
    const batch = appending({ events: [written(messagePosted(room, 2, user))] })
    await withAppender(quick.eventStore, async (appender) => {
      await withSession(url, async (client) => {
        await client.query('begin')
        await client.query('select from chat where id = $1 for update', [room])
        await expect(appender.append(batch)).rejects.toMatchObject({ name: 'StoreError', fault: 'timeout' })
        await client.query('rollback')
      })
      expect(await appender.append(batch)).toBe('appended')
    })
    await quick.close()
  })

  it('is lost when the server ends its connection, also while idle, and never appends again', async () => {
    const { eventStore } = database
    const user = randomUUID()
    const room = await fillRoom(eventStore, [user], 0)
    const appender = await eventStore.openAppender()
    const { chats } = await appender.read(reading({ rooms: [room] }))
    await withSession(url, (client) =>
      client.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and query like '%chats,%' and application_name = 'chat-test'`),
    )
    await appender.lost
    expect(chats.get(room)?.seq).toBe(1)
    const batch = appending({ events: [written(messagePosted(room, 2, user))] })
    await expect(appender.append(batch)).rejects.toMatchObject({ fault: 'unavailable' })
    await append(eventStore, messagePosted(room, 2, user))
  })

  it('rejects when the database does not answer', async () => {
    const nowhere = await openMigrated('postgres://postgres@127.0.0.1:1/nothing', { databaseConnectMs: 500 })
    await expect(nowhere.eventStore.openAppender()).rejects.toMatchObject({ name: 'StoreError', fault: 'unavailable' })
    await nowhere.close()
  })
})
