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
 * The database was restored from a copy: what clients have seen since may be
 * gone, or have become something else. From now on a resume from before is
 * answered with `epoch`, and the client starts over.
 *
 * Refuses while a writer runs. Does not look at what was restored.
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
