import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../../infra/postgres/admin/migrate.ts'
import { roleName, serviceRoles } from '../../../infra/postgres/admin/role-name.ts'
import { makeRoles } from '../../../infra/postgres/admin/roles.ts'
import type { StoreError } from '../../../shared/ports/event-store.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { allowLogins, asService } from '../../support/stack/service-logins.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { chatCreated, tryAppend, written } from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const tables = [
  'event',
  'rejection',
  'app_user',
  'block',
  'chat',
  'chat_member',
  'message',
  'message_edit',
  'message_reaction',
  'reaction_count',
  'mention',
  'attachment',
  'released_file',
  'deleted_message',
  'member_state',
  'thread_marker',
  'message_text',
  'message_term',
  'relay_position',
  'relay_parked',
  'relay_dead_letter',
  'relay_ended',
  'meta',
  'mikro_orm_migrations',
] as const
const noRow = 'where false'

/** The SQLSTATE of a refused statement; `ok` if it is not refused. */
const tryOn = (url: string, text: string): Promise<string> =>
  withSession(url, (client) =>
    client.query(text).then(
      () => 'ok',
      (error: pg.DatabaseError) => error.code ?? 'unknown',
    ),
  )

const denied = '42501'
const appended = ['event', 'rejection', 'message_edit', 'mention', 'attachment', 'released_file']
const changed = ['app_user', 'block', 'chat', 'chat_member', 'message', 'message_reaction', 'reaction_count']
const deleted = ['block', 'message_reaction', 'reaction_count', 'mention', 'attachment']
/** No role needs to lock its rows, and the writer does not read it. */
const kept = 'deleted_message'
/** Gateways read the files of messages from the events. */
const ofFiles = ['attachment', 'released_file']
/** The only tables that gateways write. */
const ofGateways: readonly string[] = ['member_state', 'thread_marker']
/** Tables of relays only; `relay_position` is for the embedded service, which has one owner. */
const ofRelays = ['relay_position', 'relay_parked', 'relay_dead_letter', 'relay_ended']
/** The search index: relays write it, and gateways read its terms. */
const ofSearch = ['message_text', 'message_term']

describe.skipIf(noStackReason() ?? sharedStack().kind === 'env')('the roles of a database', () => {
  let owner: string
  let writer: string
  let gateway: string
  let sweeper: string
  let relay: string
  beforeAll(async () => {
    owner = await freshDatabase()
    await makeRoles(owner, recordingLog())
    await makeRoles(owner, recordingLog())
    await allowLogins(owner)
    ;[writer, gateway, sweeper, relay] = serviceRoles.map((role) => asService(owner, role)) as [string, string, string, string]
  })
  afterAll(async () => {
    await withSession(owner, async (client) => {
      for (const url of [writer, gateway, sweeper, relay]) {
        const role = pg.escapeIdentifier(decodeURIComponent(new URL(url).username))
        await client.query(`drop owned by ${role}`)
        await client.query(`drop role ${role}`)
      }
    })
  })

  it.each(tables)('may read %s', async (table) => {
    const results = [await tryOn(writer, `select from ${table}`), await tryOn(gateway, `select from ${table}`)]
    const isOfRelays = ofRelays.includes(table)
    const isUnreadByWriter = [kept, ...ofGateways, ...ofSearch].includes(table) || isOfRelays
    const isUnreadByGateway = table === 'message_text' || isOfRelays || ofFiles.includes(table)
    expect(results).toEqual([isUnreadByWriter ? denied : 'ok', isUnreadByGateway ? denied : 'ok'])
  })

  it.each(tables.filter((table) => !ofGateways.includes(table)))('of gateways may not write %s', async (table) => {
    expect(await tryOn(gateway, `insert into ${table} select * from ${table} ${noRow}`)).toBe(denied)
    expect(await tryOn(gateway, `delete from ${table} ${noRow}`)).toBe(denied)
    expect(await tryOn(gateway, `truncate ${table}`)).toBe(denied)
    expect(await tryOn(gateway, `begin; lock table ${table} in exclusive mode`)).toBe(denied)
    if (table !== 'meta' && table !== 'mikro_orm_migrations')
      expect(await tryOn(gateway, `select from ${table} for update`)).toBe(denied)
  })

  it('of gateways may insert and update the state of members, and not delete it', async () => {
    for (const table of ofGateways) {
      expect(await tryOn(gateway, `insert into ${table} select * from ${table} ${noRow}`)).toBe('ok')
      expect(await tryOn(gateway, `update ${table} set seq = 1 ${noRow}`)).toBe('ok')
      expect(await tryOn(gateway, `delete from ${table} ${noRow}`)).toBe(denied)
      expect(await tryOn(gateway, `truncate ${table}`)).toBe(denied)
    }
    const database = await openMigrated(gateway)
    expect(await database.memberStates.mark([{ room: randomUUID(), user: randomUUID(), posted: 1 }])).toEqual([undefined])
    const change = { room: randomUUID(), user: randomUUID(), thread: randomUUID(), read: { gen: 0, seq: 1 } }
    expect(await database.memberStates.markThreads([change])).toEqual([undefined])
    expect(await database.memberStates.configure([{ room: randomUUID(), user: randomUUID() }])).toEqual([undefined])
    await database.close()
  })

  it.each(tables)('of writers may write exactly what a writer needs of %s', async (table) => {
    const isWritten = [...appended, ...changed].includes(table)
    expect(await tryOn(writer, `insert into ${table} select * from ${table} ${noRow}`)).toBe(isWritten ? 'ok' : denied)
    expect(await tryOn(writer, `delete from ${table} ${noRow}`)).toBe(deleted.includes(table) ? 'ok' : denied)
    expect(await tryOn(writer, `truncate ${table}`)).toBe(denied)
    expect(await tryOn(writer, `select from ${table} for update`)).toBe(changed.includes(table) ? 'ok' : denied)
  })

  it('allow a writer to append, and do not allow a gateway', async () => {
    const room = randomUUID()
    const results = await Promise.all(
      [writer, gateway].map(async (url) => {
        const database = await openMigrated(url)
        const appended = tryAppend(database.eventStore, { events: [written(chatCreated(room, [randomUUID()]))] })
        return appended.catch((error: StoreError) => error.message).finally(database.close)
      }),
    )
    expect(results).toEqual(['appended', expect.stringContaining('42501')])
  })

  it('allow a writer to remove the content of deleted messages only', async () => {
    const database = await openMigrated(writer)
    const { ann, room, post, remove, act, events } = await roomWithChanges(database.eventStore)
    const [gone, stays] = [randomUUID(), randomUUID()]
    await act(post(ann, 'canary', {}, gone), post(ann, 'stays', {}, stays), remove(ann, gone))
    const redacting = `select redact(array['${room}']::uuid[], array['${stays}']::uuid[], false)`
    expect([await tryOn(writer, redacting), await tryOn(gateway, redacting)]).toEqual(['ok', denied])
    expect(await tryOn(writer, `update event set data = data ${noRow}`)).toBe(denied)
    const texts = (await events()).map(({ data }) => data).join()
    expect([texts.includes('canary'), texts.includes('stays')]).toEqual([false, true])
    await database.close()
  })

  it('may not change the schema', async () => {
    for (const url of [writer, gateway, sweeper, relay]) {
      for (const text of [
        'create table mine (id int)',
        'create temporary table mine (id int)',
        'create schema mine',
        'alter table event add column mine int',
        'drop table message',
        'create index mine on event (kind)',
        'drop index rejection_recorded_at',
        `create function mine() returns int language sql as 'select 1'`,
        'alter role current_user superuser',
        'create role mine',
      ])
        expect([text, await tryOn(url, text)]).toEqual([text, denied])
    }
  })

  it('cover every table', async () => {
    const found = await withSession(owner, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'public'`,
      )
      return rows.map(({ name }) => name)
    })
    expect(found.toSorted()).toEqual([...tables].toSorted())
  })

  it('may already exist, so that the owner of the database does not need CREATEROLE', async () => {
    const url = await sharedStack().createDatabase()
    const database = new URL(url).pathname.slice(1)
    const roles = [`${database}_owner`, ...serviceRoles.map((service) => roleName(database, service))]
    await withSession(url, async (client) => {
      for (const role of roles) await client.query(`create role ${pg.escapeIdentifier(role)} login password 'x'`)
      await client.query(`alter database ${pg.escapeIdentifier(database)} owner to ${pg.escapeIdentifier(`${database}_owner`)}`)
    })
    const as = (role: string): string => Object.assign(new URL(url), { username: role, password: 'x' }).href
    await migrate(as(`${database}_owner`), recordingLog())
    await makeRoles(as(`${database}_owner`), recordingLog())
    expect(await tryOn(as(roleName(database, 'writer')), `insert into event select * from event ${noRow}`)).toBe('ok')
    expect(await tryOn(as(roleName(database, 'gateway')), `insert into event select * from event ${noRow}`)).toBe(denied)
    await withSession(url, async (client) => {
      for (const role of roles) await client.query(`drop owned by ${pg.escapeIdentifier(role)} cascade`)
    })
  })

  it.each(tables)(
    'of the sweeper may delete only content of deleted messages, which it may not read, and the queue of files: %s',
    async (table) => {
      const isSwept = table === kept || table === 'released_file'
      expect(await tryOn(sweeper, `delete from ${table} ${noRow}`)).toBe(isSwept ? 'ok' : denied)
      expect(await tryOn(sweeper, `select * from ${table}`)).toBe(table === 'released_file' ? 'ok' : denied)
      expect(await tryOn(sweeper, `insert into ${table} select from ${table} ${noRow}`)).toBe(denied)
      expect(await tryOn(sweeper, `truncate ${table}`)).toBe(denied)
    },
  )

  it('of the sweeper reads times of deletions only', async () => {
    const columns = ['deleted_at', 'data', 'chat_id', 'message_id', 'seq']
    const results = await Promise.all(columns.map((column) => tryOn(sweeper, `select ${column} from ${kept}`)))
    expect(results).toEqual(['ok', denied, denied, denied, denied])
    expect(await tryOn(sweeper, `update ${kept} set deleted_at = now() ${noRow}`)).toBe(denied)
    expect(await tryOn(sweeper, `select redact('{}'::uuid[], '{}'::uuid[], false)`)).toBe(denied)
    expect(await tryOn(sweeper, 'select chat_id, file_id from attachment')).toBe('ok')
    expect(await tryOn(sweeper, 'select message_id from attachment')).toBe(denied)
  })

  it.each(tables)('of relays may read events and write only the tables of relays: %s', async (table) => {
    const readOnly = ['event', 'chat', 'chat_member', 'message', 'app_user', 'member_state', 'meta', 'mikro_orm_migrations']
    const isWritten = [...ofRelays.slice(1), ...ofSearch].includes(table)
    const isRead = isWritten || readOnly.includes(table)
    expect(await tryOn(relay, `select from ${table}`)).toBe(isRead ? 'ok' : denied)
    expect(await tryOn(relay, `insert into ${table} select * from ${table} ${noRow}`)).toBe(isWritten ? 'ok' : denied)
    expect(await tryOn(relay, `delete from ${table} ${noRow}`)).toBe(
      ['relay_parked', ...ofSearch].includes(table) ? 'ok' : denied,
    )
    expect(await tryOn(relay, `truncate ${table}`)).toBe(denied)
  })

  it('of relays read of users and members only what a notification needs', async () => {
    const read = (columns: string, table: string) => tryOn(relay, `select ${columns} from ${table}`)
    expect(await read('id, external_id, name', 'app_user')).toBe('ok')
    expect(await read('chat_id, user_id, seq, muted_until', 'member_state')).toBe('ok')
    for (const column of ['image', 'data']) expect(await read(column, 'app_user')).toBe(denied)
    for (const column of ['delivered_seq', 'is_hidden']) expect(await read(column, 'member_state')).toBe(denied)
  })

  it('allow a relay every statement of its ports', async () => {
    const database = await openMigrated(relay)
    const rooms = database.parkedRooms('test')
    const room = randomUUID()
    expect(await database.eventStore.readPages([{ room, after: 0, limit: 1, users: [] }])).toMatchObject([{ events: [] }])
    await rooms.park([{ room, nextSeq: 1, lastSeq: 2, failures: 0, reason: 'behind', dueMs: 0 }])
    expect(await rooms.extend(new Map([[room, 3]]))).toEqual(new Set([room]))
    expect(await rooms.claim(1, 0)).toMatchObject([{ room, nextSeq: 1, lastSeq: 3 }])
    await rooms.progress({ room, nextSeq: 2, failures: 1, reason: 'status 500', dueMs: 0 })
    await rooms.deadLetter(room, 1, 'status 400')
    expect(await rooms.summary()).toMatchObject({ rooms: 1 })
    await rooms.end('an endpoint')
    expect(await rooms.hasEnded('an endpoint')).toBe(true)
    expect(await database.pushReads.members(room, [], 1_000)).toEqual([])
    expect(await database.pushReads.read(room, 1, [])).toBeUndefined()
    await database.assertSchema()
    await database.close()
  })

  it('are granted without the sweeper and relays, with a warning, if an owner without CREATEROLE upgrades a database that lacks it', async () => {
    const url = await sharedStack().createDatabase()
    const database = new URL(url).pathname.slice(1)
    const roles = [`${database}_owner`, roleName(database, 'writer'), roleName(database, 'gateway')]
    await withSession(url, async (client) => {
      for (const role of roles) await client.query(`create role ${pg.escapeIdentifier(role)} login password 'x'`)
      await client.query(`alter database ${pg.escapeIdentifier(database)} owner to ${pg.escapeIdentifier(`${database}_owner`)}`)
    })
    const as = (role: string): string => Object.assign(new URL(url), { username: role, password: 'x' }).href
    const log = recordingLog()
    await migrate(as(`${database}_owner`), log)
    await makeRoles(as(`${database}_owner`), log)
    expect(log.lines.join('\n')).toContain(`cannot be created: \`admin sweep\` needs it {"role":"${database}_sweeper"}`)
    expect(log.lines.join('\n')).toContain(`cannot be created: a relay needs it {"role":"${database}_relay"}`)
    expect(log.lines.at(-1)).toContain(`{"roles":["${database}_writer","${database}_gateway"]}`)
    expect(await tryOn(as(roleName(database, 'writer')), `insert into event select * from event ${noRow}`)).toBe('ok')
    await withSession(url, async (client) => {
      for (const role of roles) await client.query(`drop owned by ${pg.escapeIdentifier(role)} cascade`)
    })
  })

  it('lose rights that were added by hand, and keep rights on the tables of a later version', async () => {
    await withSession(owner, async (client) => {
      const role = pg.escapeIdentifier(decodeURIComponent(new URL(gateway).username))
      await client.query(`grant insert on event to ${role}`)
      await client.query('create table of_later (id int)')
      await client.query(`grant select on of_later to ${role}`)
    })
    await makeRoles(owner, recordingLog())
    expect(await tryOn(gateway, `insert into event select * from event ${noRow}`)).toBe(denied)
    expect(await tryOn(gateway, 'select from of_later')).toBe('ok')
    await withSession(owner, (client) => client.query('drop table of_later'))
  })

  it('are the only roles that may connect', async () => {
    const name = `stranger_${Date.now()}`
    await withSession(owner, (client) => client.query(`create role ${name} login password 'x'`))
    const stranger = new URL(owner)
    stranger.username = name
    stranger.password = 'x'
    await expect(tryOn(stranger.href, 'select 1')).rejects.toMatchObject({ code: denied })
    await withSession(owner, (client) => client.query(`drop role ${name}`))
  })
})
