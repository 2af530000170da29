import type { MarkerChange, MemberMarkers } from '../../../shared/ports/member-state.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { MarkerRow, UnreadRow } from '../read-model/unread.ts'
import { markerOf, markerSeq, unreadCells, unreadOf } from '../read-model/unread.ts'
import { inOrder, keyOf } from './member-keys.ts'

const marker = markerSeq('stored.seq', 'chat_member.since_seq')
const unread = unreadCells({
  room: 'stored.chat_id',
  user: 'stored.user_id',
  head: 'chat.seq',
  seq: marker,
  isSet: '(stored.seq is not null)',
})

/**
 * Merges the markers of present members, clipped to the heads of their rooms.
 * `wanted` has the markers after the merge in this snapshot; rows that it does
 * not change are not written. Another gateway may change a row meanwhile,
 * therefore the conflict merges again. Rows are written in the order of their
 * keys, so that two gateways cannot deadlock. `least` and `greatest` ignore nulls.
 *
 * Changes without a result are left out before unread messages are counted. `not in` is computed by hashing, whatever
 * number of rows the planner expects; a join would be a nested loop if it expects few. Exported so that a test can
 * examine its plan.
 */
export const markMembersStatement: Statement = {
  name: 'mark-members',
  text: `with wanted as materialized (
    select asked.chat_id, asked.user_id, asked.without_result, winner.gen,
      greatest(
        case when asked.gen = winner.gen then least(asked.seq, chat.seq) end,
        case when coalesce(state.gen, 0) = winner.gen then state.seq end,
        case when asked.posted is not null then least(asked.posted, chat.seq) end
      ) as seq,
      greatest(state.delivered_seq, least(coalesce(asked.delivered, 0), chat.seq)) as delivered_seq,
      coalesce(state.gen, 0) as former_gen, state.seq as former_seq, coalesce(state.delivered_seq, 0) as former_delivered_seq
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[])
      as asked (chat_id, user_id, gen, seq, posted, delivered, without_result)
    join chat on chat.id = asked.chat_id
    join chat_member on chat_member.chat_id = asked.chat_id and chat_member.user_id = asked.user_id
      and chat_member.until_seq is null
    left join member_state as state on state.chat_id = asked.chat_id and state.user_id = asked.user_id
    cross join lateral (select coalesce(greatest(asked.gen, state.gen), 0) as gen) as winner
  ),
  moved as (
    insert into member_state as state (chat_id, user_id, gen, seq, delivered_seq)
    select chat_id, user_id, gen, seq, delivered_seq from wanted
    where (gen, seq, delivered_seq) is distinct from (former_gen, former_seq, former_delivered_seq)
    order by chat_id, user_id
    on conflict (chat_id, user_id) do update set
      gen = greatest(state.gen, excluded.gen),
      seq = greatest(
        case when state.gen >= excluded.gen then state.seq end,
        case when excluded.gen >= state.gen then excluded.seq end
      ),
      delivered_seq = greatest(state.delivered_seq, excluded.delivered_seq)
    returning chat_id, user_id, gen, seq, delivered_seq
  ),
  stored as (
    select chat_id, user_id, gen, seq, delivered_seq, true as has_moved from moved
    where (chat_id, user_id) not in (select chat_id, user_id from wanted where without_result)
    union all
    select chat_id, user_id, gen, seq, delivered_seq, false from wanted
    where not without_result and (gen, seq, delivered_seq) is not distinct from (former_gen, former_seq, former_delivered_seq)
  )
  select stored.chat_id, stored.user_id, stored.gen, stored.delivered_seq, stored.has_moved, chat.seq as head,
    ${marker} as marker_seq, ${unread}
  from stored
  join chat on chat.id = stored.chat_id
  join chat_member on chat_member.chat_id = stored.chat_id and chat_member.user_id = stored.user_id`,
}

interface MarkedRow extends MarkerRow, UnreadRow {
  readonly chat_id: string
  readonly user_id: string
  readonly delivered_seq: string
  readonly has_moved: boolean
  readonly head: string
}

const cells: readonly ((change: MarkerChange) => unknown)[] = [
  ({ room }) => room,
  ({ user }) => user,
  ({ read }) => read?.gen ?? null,
  ({ read }) => read?.seq ?? null,
  ({ posted }) => posted ?? null,
  ({ delivered }) => delivered ?? null,
  ({ withoutResult }) => withoutResult === true,
]

const valuesOf = (changes: readonly MarkerChange[]): readonly unknown[] => cells.map((cell) => changes.map(cell))

const markersOf = (row: MarkedRow): MemberMarkers => ({
  read: markerOf(row),
  ...unreadOf(row),
  delivered: Number(row.delivered_seq),
  head: Number(row.head),
  hasMoved: row.has_moved,
})

/** Merges markers. Undefined: the user is not a member, or the change is without a result. */
export const markMembers = async (
  session: DatabaseSession,
  changes: readonly MarkerChange[],
): Promise<readonly (MemberMarkers | undefined)[]> => {
  if (changes.length === 0) return []
  const rows = await session.run<MarkedRow>(markMembersStatement, valuesOf(inOrder(changes)))
  const byKey = new Map(rows.map((row) => [`${row.chat_id} ${row.user_id}`, markersOf(row)]))
  return changes.map((change) => byKey.get(keyOf(change)))
}
