import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { GuardedPool } from '../connection/guarded-pool.ts'
import type { WriterConnection } from '../connection/writer-connection.ts'
import { postgresAppender } from './appender.ts'
import { readOutcomes } from './outcomes.ts'
import { readPages } from './pages.ts'

/** The EventStore on Postgres. `connect` opens the connection of one appender; `keepsDeleted` is the appender's. */
export const postgresEventStore = (
  pool: GuardedPool,
  { pageBytes, keepsDeleted }: { readonly pageBytes: number; readonly keepsDeleted: boolean },
  connect: () => Promise<WriterConnection>,
): EventStore => ({
  openAppender: async () => postgresAppender(await connect(), keepsDeleted),
  readPages: (requests) => readPages(pool, requests, pageBytes),
  outcomes: (keys) => readOutcomes(pool, keys),
})
