import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import type { UnreadCounts } from '../../../shared/ports/member-state.ts'

/** SQL expressions of one membership. */
export interface MarkerCells {
  readonly room: string
  readonly user: string
  /** The last seq of the room that is counted. */
  readonly head: string
  /** The marker. */
  readonly seq: string
  /** Whether the member has set it. */
  readonly isSet: string
}

/** The user id of the rows that mention all members. */
export const everyone = '00000000-0000-0000-0000-000000000000'

/** The largest number of mentions that is counted. */
const mostMentions = 100
/** The largest number of messages without a number that is counted. */
const mostUnnumbered = 1_000

const numberUpTo = (room: string, seq: string): string =>
  `(select n from message where chat_id = ${room} and seq <= ${seq} order by seq desc limit 1)`

const mentionsOf = ({ room, head, seq }: MarkerCells, user: string): string =>
  `(select count(*) from (
      select from mention where chat_id = ${room} and user_id = ${user} and seq > ${seq} and seq <= ${head} limit ${mostMentions}
    ) as newest)`

/**
 * SQL for the number of messages after the marker, up to the head.
 *
 * The unread messages are the number of the newest message, less the number of
 * the last one that is read, less those deleted in between: a few index probes,
 * and none in a room that is read completely. Messages without a number were
 * stored before messages were numbered; they are the oldest of their room. They
 * are counted only after a marker that the member has set among them.
 */
export const unreadCell = ({ room, head, seq, isSet }: Omit<MarkerCells, 'user'>): string => {
  const seen = numberUpTo(room, seq)
  return `case when ${seq} >= ${head} then 0 else
      coalesce(${numberUpTo(room, head)}, 0) - coalesce(${seen}, 0)
      - (select count(*) from message
        where chat_id = ${room} and seq > ${seq} and seq <= ${head} and deleted_seq is not null and deleted_seq <= ${head} and n is not null)
      + case when not ${isSet} or ${seen} is not null then 0 else (
        select count(*) filter (where n is null and deleted_seq is null) from (
          select n, deleted_seq from message where chat_id = ${room} and seq > ${seq} order by seq limit ${mostUnnumbered}
        ) as oldest) end
    end`
}

/** SQL for the columns `unread` and `mentions`: the messages after the marker, up to the head, and those that mention the member. */
export const unreadCells = (cells: MarkerCells): string => {
  const { user, head, seq } = cells
  return `${unreadCell(cells)} as unread,
    case when ${seq} >= ${head} then 0 else
      least(${mostMentions}, ${mentionsOf(cells, user)} + ${mentionsOf(cells, `'${everyone}'::uuid`)})
    end as mentions`
}

/** SQL for the marker of a membership: the stored one, null if there is none, but not before the membership began. */
export const markerSeq = (stored: string, since: string): string => `greatest(${stored}, ${since})`

/** The columns of `unreadCells`. */
export interface UnreadRow {
  readonly unread: string
  readonly mentions: string
}

/** The counts of a row. */
export const unreadOf = ({ unread, mentions }: UnreadRow): UnreadCounts => ({
  unread: Number(unread),
  mentions: Number(mentions),
})

/** The columns of a marker; `gen` null: the member has not marked anything. */
export interface MarkerRow {
  readonly gen: number | null
  readonly marker_seq: string
}

/** The marker of a row. */
export const markerOf = ({ gen, marker_seq: seq }: MarkerRow): ReadMarker => ({ gen: gen ?? 0, seq: Number(seq) })
