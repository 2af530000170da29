import type { EventStore } from '../../shared/ports/event-store.ts'
import { postgresAppender } from './appender.ts'
import type { GuardedPool } from './guarded-pool.ts'
import { readOutcomes } from './outcomes.ts'
import { readPages } from './pages.ts'
import type { WriterConnection } from './writer-connection.ts'

/** The EventStore on Postgres. `connect` opens the connection of an appender. */
export const postgresEventStore = (
  pool: GuardedPool,
  pageBytes: number,
  connect: () => Promise<WriterConnection>,
): EventStore => ({
  openAppender: async () => postgresAppender(await connect()),
  readPages: (requests) => readPages(pool, requests, pageBytes),
  outcomes: (keys) => readOutcomes(pool, keys),
})
