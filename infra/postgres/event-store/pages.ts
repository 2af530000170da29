import type { MembershipSpan, Page, PageRequest } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { EventRow } from './stored-event.ts'
import { eventCells, storedEvent } from './stored-event.ts'

/**
 * One statement, and therefore one snapshot, for all requests. Each row is an
 * event of a page; the first row of a page also has the head and the
 * memberships, and exists even if the page has no events. Exported so that a
 * test can examine its plan.
 */
export const readPagesStatement: Statement = {
  name: 'read-pages',
  text: `select asked.place, page.*,
    case when coalesce(page.nth, 1) = 1 then (select seq from chat where id = asked.room) end as head,
    case when coalesce(page.nth, 1) = 1 then (
      select json_agg(json_build_array(user_id, since_seq, until_seq))::text
      from unnest(asked.users::uuid[]) as reader (id)
      cross join lateral (
        select * from chat_member where chat_id = asked.room and user_id = reader.id limit 1
      ) as member
    ) end as members
  from unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[]) with ordinality as asked (room, after, most, users, place)
  left join lateral (
    select * from (
      select ${eventCells('found')}, row_number() over in_order as nth,
        sum(octet_length(found.data)) over in_order as bytes
      from (
        select * from event where stream = asked.room and seq > asked.after order by seq limit asked.most
      ) as found
      window in_order as (order by found.seq rows unbounded preceding)
    ) as counted
    where nth = 1 or bytes <= $5::bigint
  ) as page on true
  order by asked.place, page.seq`,
}

type MemberCells = readonly [user: string, since: number, until: number | null]

interface PageRow extends EventRow {
  readonly place: string
  /** Null: the row has no event, only head and memberships. */
  readonly nth: string | null
  readonly head: string | null
  readonly members: string | null
}

const spanOf = ([user, since, until]: MemberCells): readonly [string, MembershipSpan] => [
  user,
  until === null ? { since } : { since, until },
]

const pageOf = (rows: readonly PageRow[]): Page => ({
  events: rows.filter(({ nth }) => nth !== null).map(storedEvent),
  head: Number(rows[0]?.head ?? 0),
  members: new Map((JSON.parse(rows[0]?.members ?? '[]') as MemberCells[]).map(spanOf)),
})

/** The pages in the order of the requests. */
export const readPages = async (
  session: DatabaseSession,
  requests: readonly PageRequest[],
  pageBytes: number,
): Promise<readonly Page[]> => {
  if (requests.length === 0) return []
  const values = [
    requests.map(({ room }) => room),
    requests.map(({ after }) => after),
    requests.map(({ limit }) => limit),
    requests.map(({ users }) => `{${users.join(',')}}`),
    pageBytes,
  ]
  const rows = await session.run<PageRow>(readPagesStatement, values)
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place))
  return requests.map((_, index) => pageOf(byPlace.get(index + 1) ?? []))
}
