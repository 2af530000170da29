import type { ErasureReads } from '../../../shared/ports/erasure.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { levelOf } from '../connection/feature-level.ts'
import { assertSchema } from '../connection/schema-version.ts'
import type { DatabaseSession } from '../connection/statement.ts'
import { readOutcomes } from '../event-store/outcomes.ts'
import { withAdminConnection } from './admin-connection.ts'
import { erasureReads } from './erasure-reads.ts'

/** The parts of the store that an erasure reads. */
export interface Erasures {
  readonly reads: ErasureReads
  readonly eventStore: Pick<EventStore, 'outcomes'>
}

/** The feature level that introduced erasures. */
const eraseLevel = 3

/** Writers of an earlier version would not know the commands, and move them to the dead-letter topic. */
const assertErasable = async (session: DatabaseSession): Promise<void> => {
  const level = await levelOf(session)
  if (level >= eraseLevel) return
  throw new Error(`the store has feature level ${level}, and erasures need ${eraseLevel}: run "admin level --raise" first`)
}

/** Runs `work` on a connection of its own. Rejects if the feature level of the store is too low. */
export const withErasures = (url: string, log: Log, work: (erasures: Erasures) => Promise<void>): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    await assertErasable(pool)
    await work({ reads: erasureReads(pool), eventStore: { outcomes: (keys) => readOutcomes(pool, keys) } })
  })
