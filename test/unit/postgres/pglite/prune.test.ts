import { EventEmitter } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { openEmbeddedAdapters } from '../../../../infra/in-process/open-embedded-adapters.ts'
import { startEmbeddedPostgres } from '../../../../infra/postgres/pglite/embedded-postgres.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
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

const countRejections = (url: string): Promise<number> =>
  withSession(url, async (client) => {
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from rejection')
    return rows[0]?.count ?? -1
  })

const storeRejections = async (): Promise<void> => {
  await using opened = await openEmbedded(folder.path)
  await withSession(opened.embedded.url, async (client) => {
    const insert = (age: string, count: number) =>
      client.query(`insert into rejection select gen_random_uuid(), gen_random_uuid(), 'd', 'forbidden', 'no', null, 1,
        now() - interval '${age}' from generate_series(1, ${count})`)
    await insert('31 days', 1_200)
    await insert('29 days', young)
  })
}

describe('the embedded mode', () => {
  it('deletes rejections older than 30 days automatically, and keeps newer ones', async () => {
    await storeRejections()
    const embedded = await startEmbeddedPostgres({ dataDir: folder.path, log: recordingLog() })
    const log = createLogger({ level: 'silent', name: 'test' })
    const life = lifecycle({ log, stopMs: 20_000, exit: () => {}, events: new EventEmitter() })
    await openEmbeddedAdapters({ times: defaultTimes, bounds: defaultBounds, deletedKeepDays: 0 }, embedded.url, { log, life })
    const left = await until(
      'old rejections to be deleted',
      async () => {
        const count = await countRejections(embedded.url)
        return count <= young && count
      },
      { withinMs: 20_000, everyMs: 100 },
    )
    expect(left).toBe(young)
    await life.stop()
    await embedded.stop()
  })
})
