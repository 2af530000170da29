import { isBehind, lookUpWork, noChat, termColumns } from './candidate-chats.ts'

/** Bounds of the work of one search; the unit is an entry that is read in the order of the key. */
export interface SearchWork {
  /** The expected work of the first slice of time for each of several terms. */
  readonly first: number
  /** The expected work of a slice at most. */
  readonly slice: number
  /** A slice with more work is read again, with less time. */
  readonly most: number
  /** The search ends after the slice with which it has done so much work, the terms of the chats included, or read so many slices. */
  readonly total: number
  readonly slices: number
}

export const defaultWork: SearchWork = { first: 6_000, slice: 24_000, most: 36_000, total: 48_000, slices: 16 }

/** The smallest range of time of a slice, which has no bound of work, and the largest one, in seconds. */
const [leastSeconds, mostSeconds] = ['0.001', '1e10']

const [rarest, second, ...others] = termColumns

/**
 * SQL for the condition that the message of an entry has this term, or that the search has no such term. `offset 0` keeps the
 * planner from reading and hashing all entries of the term. A condition for each term is faster than a list.
 */
const hasTerm = (chat: string, term: string, entry: string): string => `(${term} is null or exists (
            select from message_term as has where has.chat_id = ${chat}.chat_id and has.term = ${term}
              and has.created_at = ${entry}.created_at and has.seq = ${entry}.seq offset 0))`

const hasOtherTerms = others.map((term) => hasTerm('pair', term, 'pair')).join('\n          and ')

const chatsInRange = '(select * from candidate_chat where newest >= range.since and oldest <= reach.at) as chat'

/** SQL for the entries of a term of a chat in the range of time of a slice. */
const entriesOf = (term: string): string => `select entry.created_at, entry.seq from message_term as entry
            where entry.chat_id = chat.chat_id and entry.term = ${term}
              and entry.created_at >= greatest(chat.oldest, range.since) and ${isBehind('chat.chat_id', 'reach', 'chat.newest')}`

/**
 * SQL for the matches of a slice, at most `$9` and one more. `pair` has the messages with the two rarest terms of their chat;
 * the other terms are looked up, in the newest messages first, until the matches are enough. The work is counted before it is done.
 */
const slice = `with listed as materialized (
          select coalesce(sum(work), 0)::bigint as work from (
            select case when chat.is_balanced then 1 else ${lookUpWork} end as work from ${chatsInRange} cross join lateral (
              ${entriesOf(rarest)} union all ${entriesOf(second)} and chat.is_balanced
            ) as entry
            limit range.most + 1
          ) as entry
        ),
        pair as materialized (
          select chat.chat_id, entry.*, ${others.join(', ')} from ${chatsInRange} cross join lateral (
            (${entriesOf(rarest)} and chat.is_balanced intersect ${entriesOf(second)} and chat.is_balanced)
            union all
            ${entriesOf(rarest)} and not chat.is_balanced and ${hasTerm('chat', second, 'entry')}
          ) as entry
          where (select work from listed) <= range.most
          limit case when cardinality($2::text[]) > 2 then range.most / ${lookUpWork} + 1 end
        ),
        size as materialized (
          select listed.work + looked_up.work as work, greatest(listed.work, looked_up.work) > range.most as is_too_large
          from listed cross join (select ${lookUpWork} * count(${others[0]}) as work from pair) as looked_up
        ),
        match as materialized (
          select chat_id, created_at, seq from (
            select * from pair where not (select is_too_large from size) order by created_at desc, chat_id desc, seq desc offset 0
          ) as pair
          where ${hasOtherTerms}
          limit $9::int + 1
        )
        select size.*, matches.* from size cross join (
          select count(*) as found, array_agg(chat_id) as chats, array_agg(created_at) as times, array_agg(seq) as seqs from match
        ) as matches`

/** SQL for the range of time of the next slice, its most work, and the expected work of the slice after it. */
const nextRange = ({ most, slice: largest }: SearchWork): string => `select
          greatest(oldest, date_trunc('milliseconds', least(reach.at, newest) - make_interval(secs => seconds))) as since,
          case when seconds > ${leastSeconds} then ${most} else 1e18::bigint end as most, least(${largest}, 4 * wanted) as wanted`

/** SQL for the position after a slice, and the seconds of the next one, by the work that this one was. */
const nextReach = `select reach.at, reach.chat, reach.seq, greatest(${leastSeconds}, reach.seconds / 16), reach.wanted, reach.slices, reach.done where is_too_large
        union all
        select since, ${noChat}, 0, least(${mostSeconds}, reach.seconds * least(16, greatest(0.0625, range.wanted::float8 / greatest(1, slice.work)))),
          range.wanted, reach.slices + 1, reach.done + slice.work where not is_too_large`

const isLeft = `(reach.at, reach.chat) > (bounds.oldest, ${noChat})`

/**
 * SQL for the newest matches in the chats of `candidate_chat`, at most `$9` and one more. `reach` has a row for each slice of
 * time, from the newest to the oldest, until the matches are enough: the matches of the slice, and the position up to which
 * all chats are searched after it. `hit` has the matches, and `ended` the last position, and whether entries are left behind it.
 */
export const matches = (work: SearchWork): string => `bounds as materialized (
      select max(newest) as newest, min(oldest) as oldest, sum(rate) as rate,
        case when cardinality($2::text[]) > 1 then least(${work.slice}, ${work.first} * cardinality($2::text[])) else ${2 * lookUpWork} * $9::int end as work,
        ${2 * lookUpWork} * (select count(*) from term_of_chat) as done
      from candidate_chat
    ),
    reach as (
      select start.*, least(${mostSeconds}, work / rate)::float8 as seconds, work as wanted, 0 as slices, bounds.done,
        0::bigint as found, null::uuid[] as chats, null::timestamptz[] as times, null::bigint[] as seqs
      from start cross join bounds
      union all
      select next.*, reach.found + slice.found, slice.chats, slice.times, slice.seqs
      from reach cross join bounds cross join lateral (${nextRange(work)}) as range cross join lateral (
        ${slice}
      ) as slice cross join lateral (${nextReach}) as next
      where reach.found <= $9::int and (reach.slices = 0 or reach.done < ${work.total}) and reach.slices < ${work.slices} and ${isLeft}
    ),
    hit as materialized (
      select match.* from reach cross join unnest(chats, times, seqs) as match (chat_id, created_at, seq)
      order by created_at desc, chat_id desc, seq desc limit $9::int + 1
    ),
    ended as materialized (
      select reach.at, reach.chat, reach.seq, coalesce(${isLeft}, false) as has_more from reach cross join bounds
      order by slices desc limit 1
    )`
