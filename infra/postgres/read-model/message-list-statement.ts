import type { Statement } from '../connection/statement.ts'

export type Direction = 'newer' | 'older'

/** The filters of a list. `thread`: the parameter `$9` is the id of the root message. */
export interface Filters {
  readonly hasThread: boolean
  readonly hasReplies: boolean
  readonly isPinned: boolean
}

/** Texts for the name of a statement and for its condition: a statement per filter, because each uses another index. */
const filterTexts = ({ hasThread, hasReplies, isPinned }: Filters): readonly (readonly [name: string, condition: string])[] => [
  ...(hasThread ? [['-thread', ' and thread = $9::uuid'] as const] : []),
  ...(hasReplies ? [] : [['-roots', ' and thread is null'] as const]),
  ...(isPinned ? [['-pinned', ' and pinned_seq is not null'] as const] : []),
]

/** SQL for the newest version of a message, or its tombstone: the text of its event, or the message in an edit. */
const versionText = `case when entry.version_seq is null then event.data else (event.data::json -> 'message')::text end`

/**
 * Without replies no index has the messages of a room alone, and an index would cost each message of each room. So a page
 * examines a range of seqs, however few messages of the range it lists.
 */
const examinedSeqs = 10_000

/** Whether the page examines messages that it does not list. The other filters have an index. */
const isScan = ({ hasThread, hasReplies, isPinned }: Filters): boolean => !hasReplies && !hasThread && !isPinned

/** SQL for the range of seqs of a page. `rest`: the seq after which or before which the part begins that the page does not examine. */
const rangeTexts: Readonly<Record<Direction, string>> = {
  older: `select greatest(low, least(high, as_of + 1) - ${examinedSeqs + 1}) as low, high,
      case when least(high, as_of + 1) - ${examinedSeqs + 1} > low then least(high, as_of + 1) - ${examinedSeqs} end as rest`,
  newer: `select low, least(high, low + ${examinedSeqs + 1}) as high,
      case when low + ${examinedSeqs + 1} < least(high, as_of + 1) then low + ${examinedSeqs} end as rest`,
}

/** Bytes of the other members of a listed message at most, with their names. */
const otherBytes = 160

/** SQL for the reactions to the message of an entry and those of the reader among them: one index scan for both. */
const reactionCells = `select json_object_agg(reaction, users order by reaction)::text as reactions,
        json_agg(reaction order by reaction) filter (where exists (
          select from message_reaction as own where own.chat_id = $1::uuid and own.message_id = entry.id
            and own.reaction = counted.reaction and own.user_id = $2::uuid))::text as my_reactions
      from reaction_count as counted
      where chat_id = $1::uuid and message_id = entry.id and entry.deleted_seq is null`

/** SQL for the marker of the reader in the listed thread. */
const threadMarker: readonly [cells: string, join: string] = [
  ', marker.gen as read_gen, marker.seq as read_seq',
  ` left join thread_marker as marker on marker.chat_id = $1::uuid and marker.user_id = $2::uuid and marker.thread = $9::uuid`,
]

/**
 * Times in a room never decrease, so a range of times is a range of seqs: both
 * ends are looked up by time, with one index probe each, and the page is read by
 * seq. No row: the reader is not a member. A row without seq: no message.
 */
const listStatement = (direction: Direction, filters: Filters): Statement => {
  const order = direction === 'newer' ? 'asc' : 'desc'
  const texts = filterTexts(filters)
  const [markerCells, markerJoin] = filters.hasThread ? threadMarker : ['', '']
  const [rest, range] = isScan(filters) ? ['range.rest, ', rangeTexts[direction]] : ['', 'select low, high']
  return {
    name: `list-messages-${direction}${texts.map(([name]) => name).join('')}`,
    text: `select reader.*, ${rest}page.*
    from (
      select (select seq from chat where id = $1::uuid) as as_of${markerCells}
      from chat_member as member${markerJoin}
      where member.chat_id = $1::uuid and member.user_id = $2::uuid and member.until_seq is null
    ) as reader
    cross join (select
      greatest($3::bigint, case when $5::timestamptz is null then 0 else coalesce((
        select seq - 1 from message where chat_id = $1::uuid and created_at >= $5::timestamptz
        order by created_at, seq limit 1), ${Number.MAX_SAFE_INTEGER}) end) as low,
      least($4::bigint, case when $6::timestamptz is null then ${Number.MAX_SAFE_INTEGER} else coalesce((
        select seq + 1 from message where chat_id = $1::uuid and created_at < $6::timestamptz
        order by created_at desc, seq desc limit 1), 0) end) as high
    ) as asked
    cross join lateral (${range}) as range
    left join lateral (
      select * from (
        select versions.*, count(*) over () as found, row_number() over in_order as nth,
          sum(octet_length(data) + coalesce(octet_length(reactions), 0) + coalesce(octet_length(my_reactions), 0)
            + ${otherBytes}) over in_order as bytes
        from (
          select entry.*, ${versionText} as data, reactions, my_reactions
          from (
            select seq, id, version_seq, deleted_seq, pinned_seq, reply_count, last_reply_seq from message
            where chat_id = $1::uuid and seq > range.low and seq < range.high${texts.map(([, condition]) => condition).join('')}
            order by seq ${order} limit $7::int + 1
          ) as entry
          join event on event.stream = $1::uuid and event.seq = coalesce(entry.version_seq, entry.seq)
          left join lateral (${reactionCells}) as reacted on true
        ) as versions
        window in_order as (order by versions.seq ${order} rows unbounded preceding)
      ) as counted
      where nth <= $7::int and (nth = 1 or bytes <= $8::bigint)
    ) as page on true
    order by page.seq`,
  }
}

const statements = new Map<string, Statement>()

/** The statement of a list; one text per name. */
export const listMessagesStatement = (direction: Direction, filters: Filters): Statement => {
  const statement = listStatement(direction, filters)
  const known = statements.get(statement.name) ?? statement
  statements.set(statement.name, known)
  return known
}
