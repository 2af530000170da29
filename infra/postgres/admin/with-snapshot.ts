import type { ExportReads } from '../../../shared/ports/export-reads.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { assertSchema } from '../connection/schema-version.ts'
import type { Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'
import { exportReads } from './export-pages.ts'

const oneSnapshot: Statement = { name: 'one-snapshot', text: 'set transaction isolation level repeatable read, read only' }

/** Reads all pages of an export from one snapshot, beside all services. Rejects with `SchemaError` if migrations are missing. */
export const withExportReads = (
  url: string,
  log: Log,
  room: string | undefined,
  work: (reads: ExportReads) => Promise<void>,
): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    await pool.transaction(async (session) => {
      await session.run(oneSnapshot)
      await work(exportReads(session, room))
    })
  })
