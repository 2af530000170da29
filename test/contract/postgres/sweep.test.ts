import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { makeRoles } from '../../../infra/postgres/admin/roles.ts'
import { sweep } from '../../../infra/postgres/admin/sweep.ts'
import { openDatabase } from '../../../infra/postgres/database.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { allowLogins, asService } from '../../support/stack/service-logins.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const insert = (client: pg.Client, age: string, count: number, data = 'old') =>
  client.query(`insert into deleted_message select gen_random_uuid(), gen_random_uuid(), 1, '${data}', now() - interval '${age}'
    + n * interval '1 microsecond' from generate_series(1, ${count}) as n`)

const left = async (client: pg.Client): Promise<string[]> =>
  (await client.query<{ data: string }>('select data from deleted_message order by deleted_at')).rows.map(({ data }) => data)

describe.skipIf(noStackReason())('sweeping the kept content of deleted messages on PostgreSQL', () => {
  it('deletes rows that are older than the number of days, in slices, and keeps all newer ones', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      await insert(client, '31 days', 112_000)
      await insert(client, '29 days 23 hours', 2, 'kept')
      const log = recordingLog()
      await sweep(url, log, 30)
      await sweep(url, log, 30)
      expect(await left(client)).toEqual(['kept', 'kept'])
      expect(log.lines).toEqual([
        'deletion in progress {"rows":"deleted_message","deleted":100000}',
        'kept content of deleted messages swept {"swept":112000,"keptDays":30}',
        'kept content of deleted messages swept {"swept":0,"keptDays":30}',
      ])
    })
  })

  it('deletes everything that an earlier setting kept if nothing is kept any more', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      await insert(client, '1 day', 3)
      await insert(client, '1 second', 3)
      await sweep(url, recordingLog(), 0)
      expect(await left(client)).toEqual([])
    })
  })

  it('continues after an interruption: a slice is complete when it is deleted', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    await withSession(url, async (client) => {
      await insert(client, '31 days', 10)
      expect(await database.sweepDeleted(30, 4)).toBe(4)
      expect(await left(client)).toHaveLength(6)
      await sweep(url, recordingLog(), 30)
      expect(await left(client)).toEqual([])
    })
    await database.close()
  })

  it('deletes all rows of one transaction in one slice, because they have the same time', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    await withSession(url, async (client) => {
      await client.query(`insert into deleted_message select gen_random_uuid(), gen_random_uuid(), 1, 'x', now() - interval '1 day'
        from generate_series(1, 7)`)
      expect([await database.sweepDeleted(0, 2), await database.sweepDeleted(0, 2)]).toEqual([7, 0])
    })
    await database.close()
  })

  it('removes the versions that the creator could read, while a writer keeps those of further deletions', async () => {
    const url = await freshDatabase()
    const options = { url, applicationName: 'test', times: defaultTimes, bounds: defaultBounds, log: recordingLog() }
    await using stack = new AsyncDisposableStack()
    const database = await openDatabase({ ...options, keepsDeleted: true })
    stack.defer(database.close)
    const { ann, bob, room, post, remove, act } = await roomWithChanges(database.eventStore)
    const [first, second] = [randomUUID(), randomUUID()]
    const texts = async (message: string): Promise<unknown> => {
      const page = await database.readModel.versionsOf({ room, message, reader: ann, limit: 10 })
      return typeof page === 'string' ? page : page.versions.map(({ data }) => (JSON.parse(data) as { msg: string }).msg)
    }
    await act(post(bob, 'canary', {}, first), remove(bob, first))
    expect(await texts(first)).toEqual(['canary'])
    await sweep(url, recordingLog(), 30)
    expect(await texts(first)).toEqual(['canary'])
    await sweep(url, recordingLog(), 0)
    expect(await texts(first)).toEqual([''])
    await act(post(bob, 'later', {}, second), remove(bob, second))
    expect(await texts(second)).toEqual(['later'])
  })

  it.skipIf(noStackReason() ?? sharedStack().kind === 'env')('needs only the rights of the role of the sweeper', async () => {
    const url = await freshDatabase()
    await makeRoles(url, recordingLog())
    await allowLogins(url)
    await withSession(url, async (client) => {
      await insert(client, '31 days', 3)
      await insert(client, '1 day', 1, 'kept')
      await sweep(asService(url, 'sweeper'), recordingLog(), 30)
      expect(await left(client)).toEqual(['kept'])
    })
  })
})
