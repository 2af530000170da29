import type { Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import { versionText } from '../read-model/message-list-statement.ts'

/** To find the rarest of several terms, entries are counted in so many of the chats, and at most so many in each. */
const [countedChats, countedEntries] = [64, 33]

/** Terms of one search at most. */
export const mostIndexTerms = 6

/** The places of the terms after the rarest one, the rarer ones first. */
const otherTerms = Array.from({ length: mostIndexTerms - 1 }, (_, index) => index + 2)

/** SQL for the condition that the message of an entry has the term at this place too. A condition for each place is faster than a list. */
const hasTerm = (place: number): string => `and ((select terms[${place}] from ordered) is null or exists (
            select from message_term as has where has.chat_id = entry.chat_id and has.term = (select terms[${place}] from ordered)
              and has.created_at = entry.created_at and has.seq = entry.seq))`

/**
 * SQL for the entries of the rarest term in one chat that the message of all other terms has too, newest first, behind the
 * position `$6` (time), `$7` (chat), `$8` (seq). One range of the key of `message_term`, and one look-up for each other term
 * of each entry.
 */
const entriesIn = (chat: string, since: string): string => `select entry.created_at, entry.seq from message_term as entry
        where entry.chat_id = ${chat} and entry.term = (select terms[1] from ordered)
          and entry.created_at >= ${since}
          and entry.created_at < coalesce($5::timestamptz, 'infinity') and entry.created_at <= coalesce($6::timestamptz, 'infinity')
          and ($6::timestamptz is null or (entry.created_at, entry.chat_id, entry.seq) < ($6::timestamptz, $7::uuid, $8::bigint))
          ${otherTerms.map(hasTerm).join('\n          ')}
        order by entry.created_at desc, entry.seq desc`

const asked = `coalesce($4::timestamptz, '-infinity')`

/**
 * The newest matches in the chats of `$1`, at most `$9` and one more. `newest` has the newest match of each chat: if more
 * chats than the page has entries have one, an older match than the last of these cannot be on the page, so `floor` bounds
 * the ranges that are read then. The reader's chats and the texts are read in the same snapshot. Exported so that a test can
 * examine its plan.
 */
export const searchStatement: Statement = {
  name: 'search-messages',
  text: `with mine as materialized (
      select chat_id from chat_member
      where user_id = $1::uuid and until_seq is null and ($3::uuid[] is null or chat_id = any($3::uuid[]))
    ),
    ordered as materialized (
      select array_agg(term order by entries) as terms from (
        select asked.term, case when cardinality($2::text[]) > 1 then (
          select count(*) from (select chat_id from mine limit ${countedChats}) as sampled cross join lateral (
            select from message_term as entry where entry.chat_id = sampled.chat_id and entry.term = asked.term limit ${countedEntries}
          ) as counted
        ) end as entries
        from unnest($2::text[]) as asked (term)
      ) as terms
    ),
    newest as materialized (
      select mine.chat_id, found.created_at from mine cross join lateral (
        ${entriesIn('mine.chat_id', asked)} limit 1
      ) as found
    ),
    floor as materialized (select min(created_at) as at from (
      select created_at from newest order by created_at desc offset $9::int limit 1
    ) as last),
    hits as materialized (
      select newest.chat_id, found.created_at, found.seq from newest cross join lateral (
        ${entriesIn('newest.chat_id', `greatest(${asked}, (select at from floor))`)} limit $9::int + 1
      ) as found
      where newest.created_at >= coalesce((select at from floor), '-infinity')
      order by created_at desc, chat_id desc, seq desc limit $9::int + 1
    )
    select chat_id, ${isoText('created_at')} as created_at, seq, data, found from (
      select texts.*, count(*) over () as found, row_number() over in_order as nth,
        sum(octet_length(coalesce(data, ''))) over in_order as bytes
      from (
        select hits.*, ${versionText} as data
        from hits
        left join message as entry on entry.chat_id = hits.chat_id and entry.seq = hits.seq
        left join event on event.stream = entry.chat_id and event.seq = coalesce(entry.version_seq, entry.seq)
      ) as texts
      window in_order as (order by texts.created_at desc, texts.chat_id desc, texts.seq desc rows unbounded preceding)
    ) as page
    where nth <= $9::int and (nth = 1 or bytes <= $10::bigint)
    order by nth`,
}
