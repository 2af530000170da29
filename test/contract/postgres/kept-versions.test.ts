import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuild } from '../../../infra/postgres/admin/rebuild.ts'
import type { Database } from '../../../infra/postgres/database.ts'
import { openDatabase } from '../../../infra/postgres/database.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { freshDatabase } from './open-postgres.ts'
import { dump, withSession } from './session.ts'

describe.skipIf(noStackReason())('the versions of deleted messages that are kept on PostgreSQL', () => {
  let url = ''
  let database: Database
  beforeAll(async () => {
    url = await freshDatabase()
    const log = recordingLog()
    database = await openDatabase({
      url,
      applicationName: 'test',
      times: defaultTimes,
      bounds: defaultBounds,
      keepsDeleted: true,
      log,
    })
  }, 60_000)
  afterAll(() => database.close())

  /** Ann has created the room. Bob has posted a message and edited it twice. */
  const start = async () => {
    const living = await roomWithChanges(database.eventStore)
    const { bob, room, post, edit, act } = living
    const id = randomUUID()
    await act(post(bob, 'one', { data: { a: 1 } }, id), edit(bob, id, 'two', { mentions: 'all' }), edit(bob, id, 'three'))
    const versions = async (reader: string, limit = 10, cursor?: string) => {
      const page = await database.readModel.versionsOf({ room, message: id, reader, limit, cursor })
      if (typeof page === 'string') throw new Error(page)
      return { ...page, texts: page.versions.map(({ data }) => (JSON.parse(data) as { msg: string }).msg) }
    }
    const kept = () =>
      withSession(url, async (client) => {
        const { rows } = await client.query<{ seq: string }>(
          `select seq from deleted_message where message_id = '${id}' order by seq`,
        )
        return rows.map(({ seq }) => Number(seq))
      })
    return { ...living, id, versions, kept }
  }

  it('are read by the creator of the chat, page by page, and by nobody else', async () => {
    const { ann, bob, remove, act, versions, kept, id, events } = await start()
    await act(remove(bob, id))
    expect(await kept()).toEqual([2, 3, 4])
    expect((await versions(ann)).texts).toEqual(['one', 'two', 'three'])
    const first = await versions(ann, 2)
    expect(first.texts).toEqual(['one', 'two'])
    expect((await versions(ann, 2, first.nextCursor)).texts).toEqual(['three'])
    expect((await versions(bob)).texts).toEqual([''])
    expect(JSON.stringify(await events())).not.toMatch(/"(one|two|three)/)
  })

  it('include the whole message: data, mentions and type', async () => {
    const { ann, remove, act, versions, id } = await start()
    await act(remove(ann, id))
    const [one, two] = (await versions(ann)).versions.map(({ data }) => JSON.parse(data) as object)
    expect(one).toMatchObject({ id, data: { a: 1 }, type: 'text' })
    expect(two).toMatchObject({ id, mentions: 'all' })
  })

  it('are kept of a message that is deleted in the batch that posted it, and once only', async () => {
    const { ann, bob, post, edit, remove, act, codes, kept, versions, id } = await start()
    const other = randomUUID()
    const posted = post(bob, 'short-lived', {}, other)
    await act(posted, edit(bob, other, 'edited'), remove(bob, other), remove(bob, id))
    expect(await codes(posted, remove(bob, id))).toEqual(['ok', 'unknown_message'])
    expect(await kept()).toEqual([2, 3, 4])
    expect((await versions(ann)).texts).toEqual(['one', 'two', 'three'])
  })

  it('are not shown in lists, and stay when the read model is rebuilt', async () => {
    const { ann, remove, act, room, versions, id } = await start()
    await act(remove(ann, id))
    const page = await database.readModel.messagesOf({ room, reader: ann, limit: 10 })
    expect(JSON.stringify(page)).not.toMatch(/"(one|two|three)/)
    const before = await dump(url, ['deleted_message'])
    await rebuild(url, recordingLog())
    expect(await dump(url, ['deleted_message'])).toEqual(before)
    expect((await versions(ann)).texts).toEqual(['one', 'two', 'three'])
  })

  it('are gone for the creator too when their rows are removed', async () => {
    const { ann, remove, act, versions, id } = await start()
    await act(remove(ann, id))
    await withSession(url, (client) => client.query(`delete from deleted_message where message_id = '${id}'`))
    expect((await versions(ann)).texts).toEqual([''])
  })
})
