import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../../infra/postgres/admin/migrate.ts'
import { rebuild } from '../../../infra/postgres/admin/rebuild.ts'
import { makeOrm } from '../../../infra/postgres/connection/orm.ts'
import type { Database } from '../../../infra/postgres/database.ts'
import { appendValues } from '../../../infra/postgres/event-store/append.ts'
import { parameters } from '../../../infra/postgres/event-store/write-changes.ts'
import type { MemberMarkers } from '../../../shared/ports/member-state.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { append, appending, messagePosted, written } from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const old = 100_000

/** A room of an earlier version: its creation, and messages at the seqs from 2 on. */
const fillOldRoom = async (client: pg.Client, room: string, users: readonly string[]): Promise<void> => {
  const [ann = ''] = users
  await client.query(`insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
    values ('${room}', 'old', '${ann}', ${old + 1}, '2025-01-01', ${users.length}, '2025-01-01', '2025-01-01')`)
  for (const user of users) await client.query(`insert into chat_member values ('${room}', '${user}', 0, null)`)
  await client.query(`insert into message (chat_id, seq, id, created_at, user_id, type)
    select '${room}', n + 1, gen_random_uuid(), '2025-01-01', '${ann}', 'text' from generate_series(1, ${old}) n`)
}

describe.skipIf(noStackReason())('unread messages on a PostgreSQL of the version before messages were numbered', () => {
  const [ann, bob] = [randomUUID(), randomUUID()]
  let room: string
  let url: string
  let database: Database
  let migrationMs: number

  beforeEach(async () => {
    room = randomUUID()
    url = await sharedStack().createDatabase()
    const orm = makeOrm({ url, poolMax: 1, applicationName: 'chat-test', connectMs: 3_000, log: recordingLog() })
    await orm.migrator.up({ to: '0005-living-messages' })
    await orm.close()
    await withSession(url, (client) => fillOldRoom(client, room, [ann, bob]))
    const startedMs = performance.now()
    await migrate(url, recordingLog())
    migrationMs = performance.now() - startedMs
    database = await openMigrated(url)
  }, 60_000)
  afterEach(() => database.close())

  const mark = async (user: string, change: object = {}): Promise<MemberMarkers | undefined> =>
    (await database.memberStates.mark([{ room, user, ...change }]))[0]
  const post = (...seqs: readonly number[]): Promise<void> =>
    append(database.eventStore, ...seqs.map((seq) => messagePosted(room, seq, ann)))

  it('are none of the old messages, and each new one, for a member who has marked nothing', async () => {
    expect(migrationMs).toBeLessThan(5_000)
    expect(await mark(bob)).toMatchObject({ unread: 0 })
    await post(old + 2, old + 3)
    await post(old + 4)
    expect(await mark(bob)).toMatchObject({ unread: 3 })
    expect(await mark(bob, { read: { gen: 0, seq: old + 3 } })).toMatchObject({ unread: 1 })
  })

  it('are up to 1,000 old messages after a marker among them, and each new one', async () => {
    await post(old + 2, old + 3)
    const unreadAfter = async (gen: number, seq: number) => (await mark(bob, { read: { gen, seq } }))?.unread
    expect(await unreadAfter(1, 5)).toBe(1_002)
    expect(await unreadAfter(2, old + 1 - 999)).toBe(1_001)
    expect(await unreadAfter(3, old - 4)).toBe(7)
    await withSession(url, (client) =>
      client.query('update message set deleted_seq = 7 where chat_id = $1 and seq in ($2, $3)', [room, old, old + 3]),
    )
    expect(await mark(bob)).toMatchObject({ unread: 5 })
    expect(await unreadAfter(3, old + 3)).toBe(0)
  })

  it('are numbered by the database function that writers of the version before call', async () => {
    await post(old + 2)
    const batch = appending({ events: [written(messagePosted(room, old + 3, ann))], heads: new Map([[room, old + 2]]) })
    const values = [
      { at: 54, count: 3 },
      { at: 40, count: 1 },
      { at: 34, count: 1 },
      { at: 18, count: 3 },
    ].reduce<readonly unknown[]>((all, { at, count }) => all.toSpliced(at, count), appendValues(batch, false))
    await withSession(url, (client) => client.query(`select append_events(${parameters(1, values.length)})`, [...values]))
    await post(old + 4)
    const numbers = await withSession(url, (client) =>
      client.query('select n from message where chat_id = $1 and seq > $2 order by seq', [room, old - 1]),
    )
    expect(numbers.rows.map(({ n }) => n)).toEqual([null, null, 1, 2, 3])
    expect(await mark(bob)).toMatchObject({ unread: 3 })
  })
})

describe.skipIf(noStackReason())('a rebuild of the read model on PostgreSQL', () => {
  it('keeps the state of members, and counts the same unread messages', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    const { ann, bob, room, act, post, remove } = await roomWithChanges(database.eventStore)
    const ids = Array.from({ length: 30 }, () => randomUUID())
    for (const id of ids) await act(post(ann, 'hi', { mentions: [bob] }, id))
    await act(remove(ann, ids[3] ?? ''), remove(ann, ids[20] ?? ''))
    await database.memberStates.mark([{ room, user: bob, read: { gen: 2, seq: 9 }, delivered: 12 }])
    await database.memberStates.configure([{ room, user: bob, isHidden: true }])
    const listed = async () => (await database.readModel.chatsOf({ user: bob, limit: 1 })).chats
    const before = await listed()
    expect(before).toMatchObject([{ unread: 21, mentions: 21, read: { gen: 2, seq: 9 }, settings: { isHidden: true } }])
    await rebuild(url, recordingLog())
    expect(await listed()).toEqual(before)
    await database.close()
  })
})
