import type { ErasureReads } from '../../../shared/ports/erasure.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { levelOf } from '../connection/feature-level.ts'
import { assertSchema } from '../connection/schema-version.ts'
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

const tooLow = (level: number): string =>
  `the store has feature level ${level}, and erasures need ${eraseLevel}: run "admin level --raise" first`

/**
 * Runs `work` on a connection of its own. If the feature level of the store is too low, it rejects, or with `skips` only logs:
 * writers of an earlier version would not know the commands, and move them to the dead-letter topic.
 */
export const withErasures = (
  url: string,
  log: Log,
  work: (erasures: Erasures) => Promise<void>,
  { skips = false }: { readonly skips?: boolean } = {},
): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    const level = await levelOf(pool)
    if (level >= eraseLevel)
      return work({ reads: erasureReads(pool), eventStore: { outcomes: (keys) => readOutcomes(pool, keys) } })
    if (!skips) throw new Error(tooLow(level))
    log.warn({ level }, tooLow(level))
  })
