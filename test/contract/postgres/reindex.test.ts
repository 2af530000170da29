import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { reindex } from '../../../infra/postgres/admin/reindex.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { indexedRoom } from '../search-index/indexed-room.ts'
import type { OpenSearchStore } from '../search-index/open-search-store.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const openSearch = async (url: string): Promise<OpenSearchStore> => {
  const { eventStore: store, readModel, memberStates, searchIndex, close } = await openMigrated(url)
  return { store, readModel, memberStates, searchIndex, [Symbol.asyncDispose]: close }
}

describe.skipIf(noStackReason())('admin reindex', () => {
  it('indexes all messages as they are now, and removes deleted ones', async () => {
    const url = await freshDatabase()
    await using opened = await openSearch(url)
    const { ann, post, edit, remove, act, write, found } = await indexedRoom(opened)
    const [edited, deleted] = [randomUUID(), randomUUID()]
    await act(...Array.from({ length: 700 }, (_, index) => post(ann, `old ${index}`)))
    await act(post(ann, 'old and edited', {}, edited))
    await write(post(ann, 'old and deleted', {}, deleted))
    await act(edit(ann, edited, 'new words'), remove(ann, deleted))
    expect(await found(ann, 'old 699')).toEqual([])
    await reindex(url, recordingLog())
    expect(await found(ann, 'old 699')).toEqual(['old 699'])
    expect(await found(ann, 'old', { limit: 200 })).toHaveLength(200)
    expect(await found(ann, 'edited')).toEqual([])
    expect(await found(ann, 'new')).toEqual(['new words'])
    const rows = await withSession(url, (client) => client.query(`select from message_term where term = 'deleted'`))
    expect(rows.rowCount).toBe(0)
  })

  it('continues where an interrupted run has stopped, and begins again after a run that ended', async () => {
    const url = await freshDatabase()
    await using opened = await openSearch(url)
    const people = { ann: randomUUID(), bob: randomUUID() }
    const rooms = [await indexedRoom(opened, people), await indexedRoom(opened, people)]
    const [first, second] = rooms.toSorted((one, other) => (one.room < other.room ? -1 : 1))
    await first?.act(first.post(people.ann, 'in the first room'))
    await second?.act(second.post(people.ann, 'in the second room'))
    await withSession(url, (client) => client.query(`insert into meta values ('reindexed', '${first?.room} 2')`))
    await reindex(url, recordingLog())
    expect(await first?.found(people.ann, 'room')).toEqual(['in the second room'])
    await reindex(url, recordingLog())
    expect(await first?.found(people.ann, 'room')).toHaveLength(2)
  })
})

describe.skipIf(noStackReason())('the tables of the search index', () => {
  it('have no term of a former text, of a deleted message or of an erased range after the events were indexed', async () => {
    const url = await freshDatabase()
    await using opened = await openSearch(url)
    const { ann, room, post, edit, remove, act, write } = await indexedRoom(opened)
    const [edited, deleted, erased] = [randomUUID(), randomUUID(), randomUUID()]
    await write(post(ann, 'canary kept', {}, edited), post(ann, 'canary', {}, deleted), post(ann, 'canary', {}, erased))
    await write(edit(ann, edited, 'kept bird'))
    await write(remove(ann, deleted))
    // An event that is delivered late.
    await opened.searchIndex.apply([{ room, message: deleted, author: ann, version: 3, text: 'canary' }])
    await act(remove(ann, erased))
    await opened.searchIndex.apply([{ room, from: 1, before: 100 }])
    await withSession(url, async (client) => {
      const { rows } = await client.query('select term from message_term order by term')
      expect(rows.map(({ term }) => term)).toEqual([`@${ann}`, 'bird', 'kept'])
      const texts = await client.query('select terms from message_text')
      expect(texts.rows).toEqual([{ terms: [`@${ann}`, 'kept', 'bird'] }])
    })
  })
})
