/** The columns of `candidate_chat` with its terms, the rarest first; null: the search has fewer terms. */
export const termColumns = ['term_1', 'term_2', 'term_3', 'term_4', 'term_5', 'term_6'] as const

/** Terms of one search at most. */
export const mostIndexTerms = termColumns.length

/** The work of one look-up; the unit is an entry that is read in the order of the key. */
export const lookUpWork = 8

/** If the second term is at most so many times as frequent as the rarest one, reading the entries of both is faster than look-ups. */
const mostRatio = 8

/** The newest entries of a term in a chat that are read to estimate its frequency. */
const sampledEntries = 8

/** The terms that are rarest in this many chats of the user are compared in each chat. */
const [comparedTerms, sampledChats] = [3, 32]

/** SQL for the nil UUID. A position with this chat is behind all later entries, and before all entries of its time. */
export const noChat = `'00000000-0000-0000-0000-000000000000'::uuid`

const mostSeq = '9223372036854775807'

/**
 * SQL for the condition that an entry of a chat is behind a position (time, chat, seq) of all chats, and not newer than
 * `newest`. Within a chat it is one bound of the last two columns of the key, so that no entry before the position is read.
 */
export const isBehind = (chat: string, position: string, newest = `'infinity'`): string =>
  `(entry.created_at, entry.seq) < (least(${position}.at, ${newest}), case
            when ${position}.at > ${newest} or ${chat} < ${position}.chat then ${mostSeq}
            when ${chat} = ${position}.chat then ${position}.seq else -1 end)`

const from = `coalesce($4::timestamptz, '-infinity')`

const newestEntries = `
          select entry.created_at from message_term as entry
          where entry.chat_id = chat.chat_id and entry.term = asked.term
            and entry.created_at >= ${from} and ${isBehind('chat.chat_id', 'start')}
          order by entry.created_at desc, entry.seq desc limit ${sampledEntries}
        `

const columns = termColumns.map((column, index) => `terms[${index + 1}] as ${column}`).join(', ')

/**
 * SQL of the chats of the user `$1`, or those of `$3`, that may have matches with the terms `$2`, from `$4` on, before `$5`,
 * and behind the position `$6` (time), `$7` (chat), `$8` (seq). `start` is the position from which the search continues.
 * `candidate_chat` has the chats in which each of the rarest terms has an entry:
 *
 * - the terms, the rarest ones ordered by their frequency in the newest entries of the chat;
 * - `newest` and `oldest`: the times between which the chat has all terms, or its two rarest ones;
 * - `is_balanced`: the entries of the two rarest terms are read and intersected; otherwise those of the rarest are looked up;
 * - `rate`: the estimated work for a second of time.
 */
export const candidateChats = `mine as materialized (
      select chat_id from chat_member
      where user_id = $1::uuid and until_seq is null and ($3::uuid[] is null or chat_id = any($3::uuid[]))
    ),
    start as materialized (
      select coalesce(at, 'infinity') as at, coalesce(chat, ${noChat}) as chat, coalesce(seq, 0) as seq
      from (values ($6::timestamptz, $7::uuid, $8::bigint), ($5::timestamptz, ${noChat}, 0)) as position (at, chat, seq)
      order by position.at, position.chat limit 1
    ),
    asked as materialized (
      select term, row_number() over (order by (
        select count(*) from start cross join (select chat_id from mine limit ${sampledChats}) as chat cross join lateral (${newestEntries}) as entry
      )) as place
      from unnest($2::text[]) as asked (term)
    ),
    term_of_chat as materialized (
      select chat.chat_id, asked.term, newest.*
      from start cross join mine as chat cross join (select term from asked where place <= ${comparedTerms}) as asked cross join lateral (
        select count(*) as entries, max(created_at) as newest, min(created_at) as sampled from (${newestEntries}) as entry
      ) as newest
    ),
    chat_with_terms as materialized (
      select chat_id, min(term_of_chat.newest) as newest, array_agg(term order by entries, sampled)
          || (select array_agg(term order by place) from asked where place > ${comparedTerms}) as terms,
        array_agg(entries / greatest(1, extract(epoch from last.newest - sampled))::float8 order by entries, sampled) as rates
      from term_of_chat cross join (select max(newest) as newest from term_of_chat) as last
      group by chat_id having min(entries) > 0
    ),
    candidate_chat as materialized (
      select chat.chat_id, ${columns}, chat.newest, first.oldest, is_balanced,
        case when is_balanced then rates[1] + rates[2] else ${lookUpWork} * rates[1] end as rate
      from chat_with_terms as chat
      cross join lateral (select coalesce(rates[2] <= ${mostRatio} * rates[1], false) as is_balanced) as ratio
      cross join lateral (
        select max(oldest) as oldest from unnest(terms[1:2]) as asked (term) cross join lateral (
          select entry.created_at as oldest from message_term as entry
          where entry.chat_id = chat.chat_id and entry.term = asked.term and entry.created_at >= ${from}
          order by entry.created_at, entry.seq limit 1
        ) as entry
      ) as first
      where chat.newest >= first.oldest
    )`
