import type { EventStore } from '../../shared/ports/event-store.ts'
import { appendEvents, appendRejections } from './append.ts'
import type { GuardedPool } from './guarded-pool.ts'
import { lockAndLoad } from './load.ts'
import { readOutcomes } from './outcomes.ts'
import { readPages } from './pages.ts'
import { project } from './projection.ts'
import { writeChanges } from './write-changes.ts'

/** The EventStore on Postgres. */
export const postgresEventStore = (pool: GuardedPool, pageBytes: number): EventStore => ({
  transact: (touched, decide) =>
    pool.transaction(async (session) => {
      const { events, rejections } = decide(await lockAndLoad(session, touched))
      await appendEvents(session, events)
      await appendRejections(session, rejections)
      await writeChanges(session, project(events.map(({ event }) => event)))
    }),
  readPages: (requests) => readPages(pool, requests, pageBytes),
  outcomes: (keys) => readOutcomes(pool, keys),
})
