import type { EventAge, EventKey, StreamSummary } from '../../../shared/ports/stream-summary.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

interface SummaryRow {
  readonly stream: string
  readonly kind: 'chat' | 'user'
  readonly first: string
  readonly head: string
  readonly events: string
  readonly messages: string
  readonly message_rows: string
  readonly redacted: string
  readonly of_deleted: string
  readonly numbered: string
  readonly last_number: number | null
  readonly chat_head: string | null
  readonly member_count: number | null
  readonly member_rows: string
  readonly user_head: string | null
}

/** SQL for the streams after a given one, with one index probe each. */
const nextStreamIds = `
  with recursive walk (stream, place) as (
    (select stream, 1 from event where stream > $1 order by stream limit 1)
    union all
    select (select stream from event where event.stream > walk.stream order by stream limit 1), place + 1
    from walk where walk.stream is not null and place < $2
  ), slice as (select stream from walk where stream is not null)`

const summaryRows = `
  select slice.stream, of_events.*, messages_of.message_rows, messages_of.numbered, messages_of.last_number, deleted_of.of_deleted, members_of.member_rows,
    chat.seq as chat_head, chat.member_count, app_user.seq as user_head
  from slice
  cross join lateral (
    select min(kind) as kind, min(seq) as first, max(seq) as head, count(*) as events,
      count(*) filter (where type = 'MessagePosted') as messages, count(*) filter (where digest = '') as redacted
    from event where event.stream = slice.stream
  ) of_events
  cross join lateral (
    select count(*) as message_rows, count(deleted_seq) as deleted, count(n) as numbered, max(n) as last_number
    from message where chat_id = slice.stream
  ) messages_of
  cross join lateral (
    select messages_of.deleted + count(*) as of_deleted from message_edit edit
    join message on message.chat_id = edit.chat_id and message.id = edit.message_id
    where edit.chat_id = slice.stream and message.deleted_seq is not null
  ) deleted_of
  cross join lateral (
    select count(*) as member_rows from chat_member where chat_id = slice.stream and until_seq is null
  ) members_of
  left join chat on chat.id = slice.stream
  left join app_user on app_user.id = slice.stream
  where of_events.events > 0
  order by slice.stream`

const nextSummaries: Statement = { name: 'audit-streams', text: `${nextStreamIds} ${summaryRows}` }

const summariesByName: Statement = {
  name: 'audit-named-streams',
  text: `with slice as (select unnest($1::uuid[]) as stream) ${summaryRows}`,
}

const orphans: Statement = {
  name: 'audit-orphans',
  text: `select id::text as stream from chat where id > $1 and id <= $2 and not exists (select from event where stream = chat.id)
    union all
    select id::text from app_user where id > $1 and id <= $2 and not exists (select from event where stream = app_user.id)`,
}

const ages: Statement = {
  name: 'audit-event-ages',
  text: `select event.stream, event.seq, extract(epoch from clock_timestamp() - event.recorded_at) * 1000 as age_ms
    from unnest($1::uuid[], $2::bigint[]) as wanted (stream, seq)
    join event on event.stream = wanted.stream and event.seq = wanted.seq`,
}

/** Smaller than every stream id: where the first slice begins. */
export const beforeAllStreams = '00000000-0000-0000-0000-000000000000'
const afterAllStreams = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const summaryOf = (row: SummaryRow): StreamSummary => ({
  stream: row.stream,
  kind: row.kind,
  first: Number(row.first),
  head: Number(row.head),
  events: Number(row.events),
  messages: Number(row.messages),
  messageRows: Number(row.message_rows),
  redacted: Number(row.redacted),
  ofDeleted: Number(row.of_deleted),
  numbered: Number(row.numbered),
  lastNumber: row.last_number ?? 0,
  ...(row.chat_head === null ? {} : { chatHead: Number(row.chat_head) }),
  ...(row.member_count === null ? {} : { memberCount: row.member_count }),
  memberRows: Number(row.member_rows),
  ...(row.user_head === null ? {} : { userHead: Number(row.user_head) }),
})

/** Summaries of consecutive streams. */
export interface SummarySlice {
  readonly summaries: readonly StreamSummary[]
  /** Rows of chats and users without events, between the previous slice and the end of this one. */
  readonly orphans: readonly string[]
}

/**
 * The summaries of the next `limit` streams after `after`, in the order of their
 * ids. Each slice is one snapshot; other transactions may write between slices.
 * The last slice is empty.
 */
export const summarySlice = async (session: DatabaseSession, after: string, limit: number): Promise<SummarySlice> => {
  const rows = await session.run<SummaryRow>(nextSummaries, [after, limit])
  const last = rows.at(-1)?.stream ?? afterAllStreams
  const without = await session.run<{ stream: string }>(orphans, [after, last])
  return { summaries: rows.map(summaryOf), orphans: without.map(({ stream }) => stream) }
}

/** The summaries of the given streams that have events, from one snapshot. */
export const namedSummaries = async (session: DatabaseSession, streams: readonly string[]): Promise<readonly StreamSummary[]> =>
  (await session.run<SummaryRow>(summariesByName, [streams])).map(summaryOf)

/** The ages of the given events by the clock of the database; events that do not exist are left out. */
export const eventAges = async (session: DatabaseSession, events: readonly EventKey[]): Promise<readonly EventAge[]> => {
  const rows = await session.run<{ stream: string; seq: string; age_ms: string }>(ages, [
    events.map(({ stream }) => stream),
    events.map(({ seq }) => seq),
  ])
  return rows.map(({ stream, seq, age_ms }) => ({ stream, seq: Number(seq), ageMs: Number(age_ms) }))
}
