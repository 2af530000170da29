import { EventEmitter } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { openEmbeddedAdapters } from '../../../../infra/in-process/open-embedded-adapters.ts'
import { startEmbeddedPostgres } from '../../../../infra/postgres/pglite/embedded-postgres.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { readConfig } from '../../../../shared/runtime/config/config.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { createLogger } from '../../../../shared/runtime/observability/logger.ts'
import { lifecycle } from '../../../../shared/runtime/process/lifecycle.ts'
import { openEmbedded, scratchFolder } from '../../../contract/postgres/open-pglite.ts'
import { withSession } from '../../../contract/postgres/session.ts'
import { until } from '../../../support/poll.ts'
import { recordingLog } from '../../../support/recording-log.ts'

const young = 3
const folder = scratchFolder()
afterAll(() => folder[Symbol.dispose]())

/** The rejections, and the versions of deleted messages. */
const countRows = (url: string): Promise<readonly number[]> =>
  withSession(url, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from rejection union all select count(*)::int from deleted_message',
    )
    return rows.map(({ count }) => count)
  })

const storeRows = async (): Promise<void> => {
  await using opened = await openEmbedded(folder.path)
  await withSession(opened.embedded.url, async (client) => {
    const insert = (age: string, count: number) =>
      client.query(`insert into rejection select gen_random_uuid(), gen_random_uuid(), 'd', 'forbidden', 'no', null, 1,
        now() - interval '${age}' from generate_series(1, ${count})`)
    const keep = (age: string, count: number) =>
      client.query(`insert into deleted_message select gen_random_uuid(), gen_random_uuid(), 1, 'x',
        now() - interval '${age}' - n * interval '1 microsecond' from generate_series(1, ${count}) as n`)
    for (const store of [insert, keep]) {
      await store('31 days', 1_200)
      await store('29 days', young)
    }
  })
}

describe('the embedded mode', () => {
  it('deletes old rejections and the old content of deleted messages automatically, and keeps newer ones', async () => {
    await storeRows()
    const embedded = await startEmbeddedPostgres({ dataDir: folder.path, log: recordingLog() })
    const log = createLogger({ level: 'silent', name: 'test' })
    const life = lifecycle({ log, stopMs: 20_000, exit: () => {}, events: new EventEmitter() })
    const { files, namespace } = readConfig({})
    const config = { times: defaultTimes, bounds: defaultBounds, deletedKeepDays: 30, dataDir: folder.path, files, namespace }
    await openEmbeddedAdapters(config, embedded.url, { log, life })
    const left = await until(
      'old rows to be deleted',
      async () => {
        const counts = await countRows(embedded.url)
        return counts.every((count) => count <= young) && counts
      },
      { withinMs: 20_000, everyMs: 100 },
    )
    expect(left).toEqual([young, young])
    await life.stop()
    await embedded.stop()
  }, 60_000)
})
