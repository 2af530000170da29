import { setTimeout as sleep } from 'node:timers/promises'
import { withAdminConnection } from './admin-connection.ts'
import type { DatabaseLog } from './database-log.ts'
import type { AccountSlice } from './stream-accounts.ts'
import { accountSlice, beforeAllStreams, namedAccounts } from './stream-accounts.ts'

const streamsPerSlice = 200
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Goes through all streams, on one connection that rests for as long as each
 * slice took, so that it never takes more than half of one connection's work.
 */
export const walkAccounts = (url: string, log: DatabaseLog, onSlice: (slice: AccountSlice) => void): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    for (let after = beforeAllStreams; ; ) {
      const startedAt = performance.now()
      const slice = await accountSlice(pool, after, streamsPerSlice)
      onSlice(slice)
      const last = slice.accounts.at(-1)
      if (last === undefined) return
      after = last.stream
      await sleep(performance.now() - startedAt)
    }
  })

/** The same for these streams only. */
export const walkNamedAccounts = (
  url: string,
  log: DatabaseLog,
  streams: ReadonlySet<string>,
  onSlice: (slice: AccountSlice) => void,
): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    // Keys of the event stream, where a record that is no event may have any.
    const all = [...streams].filter((stream) => uuid.test(stream))
    for (let from = 0; from < all.length; from += streamsPerSlice) {
      const startedAt = performance.now()
      onSlice({ accounts: await namedAccounts(pool, all.slice(from, from + streamsPerSlice)), orphans: [] })
      await sleep(performance.now() - startedAt)
    }
  })
