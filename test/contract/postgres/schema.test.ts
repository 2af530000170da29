import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../../infra/postgres/admin/migrate.ts'
import { makeOrm } from '../../../infra/postgres/connection/orm.ts'
import { SchemaError } from '../../../infra/postgres/connection/schema-version.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { fillRoom } from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

describe.skipIf(noStackReason())('the schema on PostgreSQL', () => {
  it('is created once by concurrent and by repeated migrations', async () => {
    const url = await sharedStack().createDatabase()
    const log = recordingLog()
    await Promise.all([migrate(url, log), migrate(url, log), migrate(url, log)])
    const database = await openMigrated(url)
    const epoch = (await database.readModel.meta()).epoch
    await migrate(url, log)
    expect((await database.readModel.meta()).epoch).toBe(epoch)
    expect(log.lines.filter((line) => line.includes('0001-first-tables'))).toHaveLength(1)
    await database.close()
  })

  it('is refused with a remedy while migrations are missing', async () => {
    const url = await sharedStack().createDatabase()
    const database = await openMigrated(url)
    await expect(database.assertSchema()).rejects.toThrow(SchemaError)
    await expect(database.assertSchema()).rejects.toThrow(
      'lacks 0001-first-tables, 0002-forbidden-by-digest, 0003-append-batch, 0004-event-names, 0005-living-messages, 0007-people, 0008-member-state, 0009-roles, 0011-erasure, 0012-attachments, 0013-relay, 0014-thread-markers: run "admin migrate" first',
    )
    await migrate(url, recordingLog())
    await expect(database.assertSchema()).resolves.toBeUndefined()
    await database.close()
  })

  it('of a later version is accepted and left unchanged by this version, so that a roll-out can be reverted', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      await client.query('create table of_later (id int)')
      await client.query('alter table event add column of_later text')
      await client.query(`insert into mikro_orm_migrations (name) values ('9999-of-later')`)
    })
    const log = recordingLog()
    await migrate(url, log)
    expect(log.lines.at(-1)).toContain('{"applied":[]}')
    const database = await openMigrated(url)
    await database.assertSchema()
    const member = randomUUID()
    const room = await fillRoom(database.eventStore, [member], 3)
    const [page] = await database.eventStore.readPages([{ room, after: 0, limit: 10, users: [member] }])
    expect(page?.events).toHaveLength(4)
    await database.close()
  })

  it('keeps every recorded rejection in the migration that stores `forbidden` by digest', async () => {
    const url = await sharedStack().createDatabase()
    const orm = makeOrm({ url, poolMax: 1, applicationName: 'chat-test', connectMs: 3_000, log: recordingLog() })
    await orm.migrator.up({ to: '0001-first-tables' })
    await orm.close()
    const [room, forbidden, unknown] = [randomUUID(), randomUUID(), randomUUID()]
    const insert = `insert into rejection select $1, id, digest, code, 'no', null, 1 from unnest($2::uuid[], $3::text[], $4::text[])
      as new (id, digest, code)`
    const rows = [room, [forbidden, unknown], ['one', 'two'], ['forbidden', 'unknown_user']]
    await withSession(url, (client) => client.query(insert, rows))
    await migrate(url, recordingLog())
    const database = await openMigrated(url)
    const keys = [
      { room, id: forbidden, digest: 'one' },
      { room, id: unknown, digest: 'two' },
    ]
    expect(await database.eventStore.outcomes(keys)).toMatchObject([
      { rejection: { code: 'forbidden' } },
      { rejection: { code: 'unknown_user' } },
    ])
    await database.close()
  })

  it('has a different epoch in each database', async () => {
    const epochs = await Promise.all(
      [await freshDatabase(), await freshDatabase()].map(async (url) => {
        const database = await openMigrated(url)
        const epoch = (await database.readModel.meta()).epoch
        await database.close()
        return epoch
      }),
    )
    expect(new Set(epochs).size).toBe(2)
  })

  it('equals the entities after all migrations', async () => {
    const url = await freshDatabase()
    const orm = makeOrm({ url, poolMax: 1, applicationName: 'chat-test', connectMs: 3_000, log: recordingLog() })
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false, dropTables: false })).toBe('')
    await orm.close()
  })
})
