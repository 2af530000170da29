import { setTimeout as sleep } from 'node:timers/promises'
import type { EventAge, EventKey } from '../../../shared/ports/stream-summary.ts'
import { chunks } from '../../../shared/runtime/async/chunks.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { SummarySlice } from '../event-store/stream-summaries.ts'
import { beforeAllStreams, eventAges, namedSummaries, summarySlice } from '../event-store/stream-summaries.ts'
import { withAdminConnection } from './admin-connection.ts'

const streamsPerSlice = 200
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

type OnSlice = (slice: SummarySlice) => void | Promise<void>

/**
 * Reads the summaries of all streams in slices, on one connection. Pauses after
 * each slice for as long as the slice took, to use at most half of the capacity
 * of one connection. Reads the next slice after `onSlice` has resolved.
 */
export const readSummaries = (url: string, log: Log, onSlice: OnSlice): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    for (let after = beforeAllStreams; ; ) {
      const startedAt = performance.now()
      const slice = await summarySlice(pool, after, streamsPerSlice)
      const restMs = performance.now() - startedAt
      await onSlice(slice)
      const last = slice.summaries.at(-1)
      if (last === undefined) return
      after = last.stream
      await sleep(restMs)
    }
  })

/** The same for the given streams only. */
export const readNamedSummaries = (url: string, log: Log, streams: readonly string[], onSlice: OnSlice): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    // The names come from the event stream, where records of other programs may have any key.
    const all = streams.filter((stream) => uuid.test(stream))
    for (const some of chunks(all, streamsPerSlice)) {
      const startedAt = performance.now()
      const summaries = await namedSummaries(pool, some)
      const restMs = performance.now() - startedAt
      await onSlice({ summaries, orphans: [] })
      await sleep(restMs)
    }
  })

const eventsPerRead = 1_000

/** The ages of the given events; events that do not exist are left out. */
export const readAges = (url: string, log: Log, events: readonly EventKey[]): Promise<readonly EventAge[]> =>
  withAdminConnection(url, log, async ({ pool }) => {
    const wanted = events.filter(({ stream }) => uuid.test(stream))
    const ages: EventAge[] = []
    for (const some of chunks(wanted, eventsPerRead)) ages.push(...(await eventAges(pool, some)))
    return ages
  })
