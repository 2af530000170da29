import type { EventPage, EventPageRequest, ReadEventPage } from '../../../shared/ports/event-pages.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { EventRow } from './stored-event.ts'
import { eventCells, storedEvent } from './stored-event.ts'

/** Returns the wanted events, and the last event that was read. A page has at least one event if there is one. */
const eventPage = (name: string, where: string): Statement => ({
  name,
  text: `select ${eventCells('page')}, page.is_recent from (
      select counted.*, max(counted.nth) over () as last_nth from (
        select found.*, row_number() over in_order as nth, sum(octet_length(found.data)) over in_order as bytes,
          $4::timestamptz is null or (found.stream = $1::uuid and $5::boolean)
            or bool_or(found.recorded_at >= $4::timestamptz) over of_stream as is_recent
        from (select * from event where ${where} order by stream, seq limit $3::int) as found
        window in_order as (order by found.stream, found.seq rows unbounded preceding),
          of_stream as (partition by found.stream order by found.seq rows unbounded preceding)
      ) as counted where nth = 1 or bytes <= $6::bigint
    ) as page where page.is_recent or page.nth = page.last_nth order by page.stream, page.seq`,
})

export const pageOfAll = eventPage('event-page-of-all', '(stream, seq) > ($1::uuid, $2::bigint)')
const pageOfStream = eventPage('event-page-of-stream', 'stream = $1::uuid and seq > $2::bigint')

interface EventPageRow extends EventRow {
  readonly is_recent: boolean
}

const pageOf = (rows: readonly EventPageRow[]): EventPage => {
  const last = rows.at(-1)
  return {
    events: rows.filter((row) => row.is_recent).map(storedEvent),
    last: last && { stream: last.stream, seq: Number(last.seq), isRecent: last.is_recent },
  }
}

/** The pages of all events on a session. A page ends at `pageBytes`. */
export const postgresEventPages =
  (session: DatabaseSession, pageBytes: number): ReadEventPage =>
  async ({ after: { stream, seq, isRecent }, limit, isOneStream, since }: EventPageRequest) => {
    const values = [stream, seq, limit, since ?? null, isRecent, pageBytes]
    return pageOf(await session.run<EventPageRow>(isOneStream ? pageOfStream : pageOfAll, values))
  }
