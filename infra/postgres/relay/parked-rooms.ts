import type { ParkedRoom, ParkedRooms, RoomProgress } from '../../../shared/ports/parked-rooms.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

/** The columns have milliseconds: a time that was rounded up would not be due yet for the statement after this one. */
const inMs = (milliseconds: string): string => `date_trunc('milliseconds', now()) + ${milliseconds} * interval '1 millisecond'`
const msSince = (column: string): string => `extract(epoch from clock_timestamp() - ${column}) * 1000`

/** Rows are locked in the order of their keys by both statements, so that two relays cannot deadlock. */
const extend: Statement = {
  name: 'relay-extend-parked',
  text: `with wanted as materialized (
      select parked.room, asked.seq from unnest($2::uuid[], $3::bigint[]) as asked (room, seq)
      join relay_parked as parked on parked.sink = $1 and parked.room = asked.room
      order by parked.room for update of parked
    )
    update relay_parked as parked set last_seq = greatest(parked.last_seq, wanted.seq)
    from wanted where parked.sink = $1 and parked.room = wanted.room
    returning parked.room`,
}

const park: Statement = {
  name: 'relay-park',
  text: `insert into relay_parked as parked (sink, room, next_seq, last_seq, failures, reason, waits_since, due_at)
    select $1, asked.room, asked.next_seq, asked.last_seq, asked.failures, asked.reason, now(), ${inMs('asked.due_ms')}
    from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::int[], $6::text[], $7::bigint[])
      as asked (room, next_seq, last_seq, failures, reason, due_ms)
    order by asked.room
    on conflict (sink, room) do update set
      next_seq = least(parked.next_seq, excluded.next_seq), last_seq = greatest(parked.last_seq, excluded.last_seq)`,
}

/** The time at which a room is due is also the end of its lease. */
const claim: Statement = {
  name: 'relay-claim',
  text: `with due as materialized (
      select room from relay_parked where sink = $1 and due_at <= now()
      order by due_at limit $2 for update skip locked
    )
    update relay_parked as parked set due_at = ${inMs('$3::bigint')}
    from due where parked.sink = $1 and parked.room = due.room
    returning parked.room, parked.next_seq, parked.last_seq, parked.failures, ${msSince('parked.waits_since')} as waits_ms`,
}

/** A room is released under the lock of its row: `extend` has either added its events before, or does not find the row. */
const release: Statement = {
  name: 'relay-release',
  text: `delete from relay_parked where sink = $1 and room = $2 and last_seq < $3 returning 1`,
}

const progress: Statement = {
  name: 'relay-progress',
  text: `update relay_parked set
      next_seq = greatest(next_seq, $3), failures = $4, reason = $5, due_at = ${inMs('$6::bigint')},
      waits_since = case when failures = 0 or next_seq < $3 then now() else waits_since end
    where sink = $1 and room = $2`,
}

const deadLetter: Statement = {
  name: 'relay-dead-letter',
  text: `insert into relay_dead_letter (sink, room, seq, reason) values ($1, $2, $3, $4) on conflict (sink, room, seq) do nothing`,
}

const summary: Statement = {
  name: 'relay-summary',
  text: `select count(*) as rooms, coalesce(max(${msSince('waits_since')}), 0) as oldest_ms from relay_parked where sink = $1`,
}

const end: Statement = {
  name: 'relay-end',
  text: `with forgotten as (delete from relay_parked where sink = $1)
    insert into relay_ended (sink, endpoint) values ($1, $2) on conflict (sink, endpoint) do nothing`,
}

const findEnd: Statement = { name: 'relay-find-end', text: 'select 1 from relay_ended where sink = $1 and endpoint = $2' }

interface ParkedRow {
  readonly room: string
  readonly next_seq: string
  readonly last_seq: string
  readonly failures: number
  readonly waits_ms: string
}

const parkedRoom = (row: ParkedRow): ParkedRoom => ({
  room: row.room,
  nextSeq: Number(row.next_seq),
  lastSeq: Number(row.last_seq),
  failures: row.failures,
  waitsMs: Number(row.waits_ms),
})

const cellsOf = (rooms: readonly (RoomProgress & { readonly lastSeq: number })[]): readonly unknown[] => [
  rooms.map(({ room }) => room),
  rooms.map(({ nextSeq }) => nextSeq),
  rooms.map(({ lastSeq }) => lastSeq),
  rooms.map(({ failures }) => failures),
  rooms.map(({ reason }) => reason),
  rooms.map(({ dueMs }) => Math.round(dueMs)),
]

/** The parked rooms of one sink on Postgres. */
export const postgresParkedRooms = (session: DatabaseSession, sink: string): ParkedRooms => ({
  extend: async (heads) => {
    const rows = await session.run<{ room: string }>(extend, [sink, [...heads.keys()], [...heads.values()]])
    return new Set(rows.map(({ room }) => room))
  },
  park: async (rooms) => {
    if (rooms.length > 0) await session.run(park, [sink, ...cellsOf(rooms)])
  },
  claim: async (limit, leaseMs) => (await session.run<ParkedRow>(claim, [sink, limit, leaseMs])).map(parkedRoom),
  progress: async ({ room, nextSeq, failures, reason, dueMs }) => {
    const released = await session.run(release, [sink, room, nextSeq])
    if (released.length === 0) await session.run(progress, [sink, room, nextSeq, failures, reason, Math.round(dueMs)])
  },
  deadLetter: async (room, seq, reason) => {
    await session.run(deadLetter, [sink, room, seq, reason])
  },
  summary: async () => {
    const [row] = await session.run<{ rooms: string; oldest_ms: string }>(summary, [sink])
    return { rooms: Number(row?.rooms ?? 0), oldestMs: Number(row?.oldest_ms ?? 0) }
  },
  end: async (endpoint) => {
    await session.run(end, [sink, endpoint])
  },
  hasEnded: async (endpoint) => (await session.run(findEnd, [sink, endpoint])).length > 0,
})
