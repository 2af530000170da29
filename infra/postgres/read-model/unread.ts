import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import type { UnreadCounts } from '../../../shared/ports/member-state.ts'

/** SQL expressions of one membership. */
export interface MembershipCells {
  readonly room: string
  readonly user: string
  /** The last seq of the room. */
  readonly head: string
  /** The seq at which the membership began. */
  readonly since: string
  /** The stored marker; null: the member has not marked anything. */
  readonly markedSeq: string
}

/** The largest number of mentions that is counted. */
const mostMentions = 100
/** The largest number of messages without a number that is counted. */
const mostUnnumbered = 1_000

const numberOf = (room: string, upTo: string): string =>
  `(select n from message where chat_id = ${room} ${upTo} order by seq desc limit 1)`

const mentionsOf = (room: string, user: string, seq: string): string =>
  `(select count(*) from (
      select from mention where chat_id = ${room} and user_id = ${user} and seq > ${seq} limit ${mostMentions}
    ) as newest)`

/** The user id of the rows that mention all members, as SQL. */
const everyone = `'00000000-0000-0000-0000-000000000000'::uuid`

/**
 * SQL for the columns of `UnreadRow`: the marker, and the messages after it.
 *
 * The unread messages are the number of the newest message, less the number of
 * the last one that is read, less those deleted in between: a few index probes,
 * and none in a room that is read completely. Messages without a number were
 * stored before messages were numbered; they are the oldest of their room. They
 * are counted only after a marker that the member has set among them.
 */
export const unreadCells = ({ room, user, head, since, markedSeq }: MembershipCells): string => {
  const seq = `greatest(${markedSeq}, ${since})`
  const seen = numberOf(room, `and seq <= ${seq}`)
  return `${seq} as marker_seq,
    case when ${seq} >= ${head} then 0 else
      coalesce(${numberOf(room, '')}, 0) - coalesce(${seen}, 0)
      - (select count(*) from message where chat_id = ${room} and seq > ${seq} and deleted_seq is not null and n is not null)
      + case when ${markedSeq} is null or ${seen} is not null then 0 else (
        select count(*) filter (where n is null and deleted_seq is null) from (
          select n, deleted_seq from message where chat_id = ${room} and seq > ${seq} order by seq limit ${mostUnnumbered}
        ) as oldest) end
    end as unread,
    case when ${seq} >= ${head} then 0 else
      least(${mostMentions}, ${mentionsOf(room, user, seq)} + ${mentionsOf(room, everyone, seq)})
    end as mentions`
}

/** A row of `unreadCells`, and the `gen` of the marker, null if the member has not marked anything. */
export interface UnreadRow {
  readonly gen: number | null
  readonly marker_seq: string
  readonly unread: string
  readonly mentions: string
}

/** The marker of a row, and its counts. */
export const unreadOf = (row: UnreadRow): UnreadCounts & { readonly read: ReadMarker } => ({
  read: { gen: row.gen ?? 0, seq: Number(row.marker_seq) },
  unread: Number(row.unread),
  mentions: Number(row.mentions),
})
