import type { Log } from '../../../shared/runtime/observability/log.ts'
import { assertSchema } from '../connection/schema-version.ts'
import type { Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'

const countOfEvents: Statement = {
  name: 'count-events',
  text: `select count(*) as events, count(distinct stream) as streams from event
    where ($1::uuid is null or stream = $1::uuid) and ($2::timestamptz is null or recorded_at >= $2::timestamptz)`,
}

/** The number of events, and of the chats and users that have them. */
export interface EventCount {
  readonly events: number
  readonly streams: number
}

/** Counts the events of one room, or of all streams, that were stored at or after a time; reads the whole table. */
export const readEventCount = (url: string, log: Log, room: string | undefined, since: string | undefined): Promise<EventCount> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    const [row] = await pool.run<{ events: string; streams: string }>(countOfEvents, [room ?? null, since ?? null])
    return { events: Number(row?.events ?? 0), streams: Number(row?.streams ?? 0) }
  })
