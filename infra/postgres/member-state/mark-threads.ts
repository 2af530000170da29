import type { ThreadMarkerChange, ThreadMarkers } from '../../../shared/ports/member-state.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

/** The largest number of unread replies that is counted. */
const mostUnread = 1_000

/**
 * Merges the markers of present members in threads, clipped to the heads of their rooms, in the order of their keys, so that
 * two gateways cannot deadlock. A reply starts no thread.
 */
const markThreadsStatement: Statement = {
  name: 'mark-threads',
  text: `insert into thread_marker as marker (chat_id, user_id, thread, gen, seq)
    select asked.chat_id, asked.user_id, asked.thread, asked.gen, least(asked.seq, chat.seq)
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[]) as asked (chat_id, user_id, thread, gen, seq)
    join chat on chat.id = asked.chat_id
    join chat_member on chat_member.chat_id = asked.chat_id and chat_member.user_id = asked.user_id
      and chat_member.until_seq is null
    join message as root on root.chat_id = asked.chat_id and root.id = asked.thread and root.thread is null
    order by asked.chat_id, asked.user_id, asked.thread
    on conflict (chat_id, user_id, thread) do update set
      gen = greatest(marker.gen, excluded.gen),
      seq = greatest(
        case when marker.gen >= excluded.gen then marker.seq end,
        case when excluded.gen >= marker.gen then excluded.seq end
      )
    returning chat_id, user_id, thread, gen, seq,
      (select seq from chat where chat.id = marker.chat_id) as head,
      (select count(*) from (
        select from message where message.chat_id = marker.chat_id and message.thread = marker.thread
          and message.seq > marker.seq and message.deleted_seq is null limit ${mostUnread}
      ) as replies) as unread`,
}

interface MarkedThreadRow {
  readonly chat_id: string
  readonly user_id: string
  readonly thread: string
  readonly gen: number
  readonly seq: string
  readonly head: string
  readonly unread: string
}

const cells: readonly ((change: ThreadMarkerChange) => unknown)[] = [
  ({ room }) => room,
  ({ user }) => user,
  ({ thread }) => thread,
  ({ read }) => read.gen,
  ({ read }) => read.seq,
]

const markersOf = ({ gen, seq, head, unread }: MarkedThreadRow): ThreadMarkers => ({
  read: { gen, seq: Number(seq) },
  unread: Number(unread),
  head: Number(head),
})

/** Merges markers of threads. Undefined: the user is not a member, or there is no such thread. */
export const markThreads = async (
  session: DatabaseSession,
  changes: readonly ThreadMarkerChange[],
): Promise<readonly (ThreadMarkers | undefined)[]> => {
  if (changes.length === 0) return []
  const values = cells.map((cell) => changes.map(cell))
  const rows = await session.run<MarkedThreadRow>(markThreadsStatement, values)
  const byKey = new Map(rows.map((row) => [`${row.chat_id} ${row.user_id} ${row.thread}`, markersOf(row)]))
  return changes.map(({ room, user, thread }) => byKey.get(`${room} ${user} ${thread}`))
}
