import type { Log } from '../../../shared/runtime/observability/log.ts'
import { assertSchema } from '../connection/schema-version.ts'
import type { Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'
import { requireNoWriter } from './require-no-writer.ts'

const newEpoch: Statement = {
  name: 'new-epoch',
  text: `update meta set value = gen_random_uuid()::text where key = 'epoch' returning value`,
}

/**
 * Begins a new epoch after the database was restored from a copy: events that
 * clients have seen may be missing or differ. A resume with the old epoch is
 * answered with `epoch`, and the client loads its rooms again.
 *
 * Promises:  rejects while a writer runs.
 * Does not:  verify the restored data.
 */
export const beginEpoch = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    const epoch = await pool.transaction(async (session) => {
      await requireNoWriter(session)
      const [row] = await session.run<{ value: string }>(newEpoch)
      return row?.value
    })
    log.info({ epoch }, 'a new epoch has begun')
  })
