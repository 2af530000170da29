import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { pageOfAll } from '../../../infra/postgres/event-store/event-pages.ts'
import type { EventPlace, ReadEventPage } from '../../../shared/ports/event-pages.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { explain } from './explain.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const start: EventPlace = { stream: '00000000-0000-0000-0000-000000000000', seq: 0, isRecent: false }
const [early, late, later] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']

describe.skipIf(noStackReason())('The pages of all events on PostgreSQL', () => {
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()].toSorted() as [string, string, string]
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
    // The transactions of two writers may overlap, so that a later event has an earlier time.
    const times = { [first]: [early, late, early, late], [second]: [early, early], [third]: [late, later] }
    await withSession(url, async (client) => {
      for (const [stream, each] of Object.entries(times))
        for (const [index, time] of each.entries())
          await client.query(
            `insert into event (stream, seq, v, kind, type, data, command_id, digest, recorded_at)
              values ($1, $2, 1, 'chat', 'MessagePosted', $3, gen_random_uuid(), 'd', $4)`,
            [stream, index + 1, JSON.stringify({ text: 'x'.repeat(600 * 1024) }), time],
          )
    })
  })

  const readAll = async (limit: number, since?: string, room?: string): Promise<readonly string[]> => {
    const database = await openMigrated(url)
    const read: ReadEventPage = database.readEventPage
    const found: string[] = []
    for (let after: EventPlace | undefined = room === undefined ? start : { ...start, stream: room }; after !== undefined; ) {
      const page = await read({ after, limit, isOneStream: room !== undefined, since })
      found.push(...page.events.map(({ stream, seq }) => `${[first, second, third].indexOf(stream)} ${seq}`))
      after = page.last
    }
    await database.close()
    return found
  }

  it('have every event once, by stream and seq, and end at 1 MiB', async () => {
    const all = ['0 1', '0 2', '0 3', '0 4', '1 1', '1 2', '2 1', '2 2']
    expect(await readAll(1)).toEqual(all)
    expect(await readAll(100)).toEqual(all)
    expect(await readAll(100, undefined, second)).toEqual(['1 1', '1 2'])
    const database = await openMigrated(url)
    const { events } = await database.readEventPage({ after: start, limit: 100, isOneStream: false, since: undefined })
    await database.close()
    expect(events).toHaveLength(1)
  })

  it.each([1, 2, 3, 100])(
    'since a time have all events of a stream after the first recent one, in pages of %i',
    async (limit) => {
      expect(await readAll(limit, late)).toEqual(['0 2', '0 3', '0 4', '2 1', '2 2'])
      expect(await readAll(limit, late, first)).toEqual(['0 2', '0 3', '0 4'])
      expect(await readAll(limit, later)).toEqual(['2 2'])
    },
  )

  it('are read by the primary key, without reading the events before them', async () => {
    const full = await freshDatabase()
    await withSession(full, async (client) => {
      await client.query(`insert into event select gen_random_uuid(), n, 1, 'chat', 'MessagePosted', '{}', gen_random_uuid(), 'd'
        from generate_series(1, 20000) n`)
      await client.query('vacuum analyze')
    })
    const middle = '80000000-0000-0000-0000-000000000000'
    const { blocks, nodes } = await explain(full, pageOfAll, [middle, 0, 100, null, false, 1_000_000])
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(150)
  })
})
