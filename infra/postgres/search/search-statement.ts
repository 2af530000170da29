import type { Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import { versionText } from '../read-model/message-list-statement.ts'
import { candidateChats } from './candidate-chats.ts'
import type { SearchWork } from './matches.ts'
import { defaultWork, matches } from './matches.ts'

/**
 * One page of a search, at most `$9` messages with the texts that they have now, and about `$10` bytes: a row for each message,
 * or one row without a message, all with the position up to which the chats were searched. The reader's chats and the texts are
 * read in the same snapshot. The work is bounded: the page may have fewer messages while there are more.
 */
export const searchStatementWithin = (work: SearchWork): Statement => ({
  name: 'search-messages',
  text: `with recursive ${candidateChats},
    ${matches(work)},
    page as (
      select * from (
        select texts.*, count(*) over () as found, row_number() over in_order as nth,
          sum(octet_length(coalesce(data, ''))) over in_order as bytes
        from (
          select hit.*, ${versionText} as data
          from hit
          left join message as entry on entry.chat_id = hit.chat_id and entry.seq = hit.seq
          left join event on event.stream = entry.chat_id and event.seq = coalesce(entry.version_seq, entry.seq)
        ) as texts
        window in_order as (order by texts.created_at desc, texts.chat_id desc, texts.seq desc rows unbounded preceding)
      ) as texts
      where nth <= $9::int and (nth = 1 or bytes <= $10::bigint)
    )
    select page.chat_id, ${isoText('page.created_at')} as created_at, page.seq, page.data, page.found,
      ${isoText('ended.at')} as reached_at, ended.chat as reached_chat, ended.seq as reached_seq, ended.has_more
    from ended left join page on true
    order by page.nth`,
})

/** Exported so that a test can examine its plan. */
export const searchStatement = searchStatementWithin(defaultWork)
