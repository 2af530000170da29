import type {
  ListedReaction,
  MessageDetailQuery,
  NoPage,
  ReactionPage,
  ReactionQuery,
  VersionPage,
} from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { readReactionCursor, readVersionCursor, writeCursor } from './cursor.ts'
import { neededCell, roleCell } from './role-cells.ts'

/** SQL for the reader of a message; no row: not a member. `$1` room, `$2` reader, `$3` message. */
const reader = `(
    select from chat_member where chat_id = $1::uuid and user_id = $2::uuid and until_seq is null
  ) as reader
  left join lateral (select * from message where chat_id = $1::uuid and message.id = $3::uuid limit 1) as message on true`

/** A row without a `message_seq`: no such message. A row without a reaction: there is none on this page. */
export const listReactionsStatement: Statement = {
  name: 'list-reactions',
  text: `select case when message.deleted_seq is null then message.seq end as message_seq, page.reaction, page.user_id, page.seq
    from ${reader}
    left join lateral (
      select reaction, user_id, seq from message_reaction
      where chat_id = $1::uuid and message_id = message.id and ($4::text is null or reaction = $4::text)
        and ($5::text is null or (reaction, user_id) > ($5::text collate "C", $6::uuid))
      order by reaction, user_id limit $7::int + 1
    ) as page on true`,
}

interface ReactionRow {
  readonly message_seq: string | null
  readonly reaction: string | null
  readonly user_id: string
  readonly seq: string
}

const reactionsIn = (rows: readonly ReactionRow[]): readonly ListedReaction[] =>
  rows.flatMap(({ reaction, user_id: user, seq }) => (reaction === null ? [] : [{ reaction, user, seq: Number(seq) }]))

/** Who has reacted to a message. Rejects with `CursorError` for a bad cursor. */
export const listReactions = async (session: DatabaseSession, query: ReactionQuery): Promise<ReactionPage | NoPage> => {
  const place = query.cursor === undefined ? undefined : readReactionCursor(query.cursor)
  const behind = place === undefined ? [null, null] : [place.reaction, place.user]
  // The query may repeat the filter or leave it to the cursor.
  const only = place?.only === true ? place.reaction : query.reaction
  const values = [query.room, query.reader, query.message, only ?? null, ...behind, query.limit]
  const rows = await session.run<ReactionRow>(listReactionsStatement, values)
  if (rows[0] === undefined) return 'forbidden'
  if (rows[0].message_seq === null) return 'unknown_message'
  const found = reactionsIn(rows)
  const reactions = found.slice(0, query.limit)
  const last = reactions.at(-1)
  if (found.length === reactions.length || last === undefined) return { reactions }
  const filter = only === undefined ? {} : { only: true as const }
  return { reactions, nextCursor: writeCursor('reactions', { reaction: last.reaction, user: last.user, ...filter }) }
}

/** SQL for the text of a version that is kept after the deletion of its message, for members who may delete any message. */
const keptVersion = (seq: string): string => `select data from deleted_message as kept
          where kept.chat_id = $1::uuid and kept.message_id = message.id and kept.seq = ${seq}
            and exists (select from chat_member join chat on chat.id = chat_member.chat_id
              where chat_member.chat_id = $1::uuid and chat_member.user_id = $2::uuid and chat.name <> ''
                and ${roleCell('chat_member', 'chat')} >= ${neededCell('chat', 'delete_any')})`

/**
 * The event that posted the message, and its edits. Of a deleted message these are
 * redacted: the first one is the tombstone, and the others are left out. Only a
 * member with the role for `delete_any` reads the versions that are kept, in a direct chat nobody. The seqs of a page are
 * selected first, so that only its events are read.
 */
export const listVersionsStatement: Statement = {
  name: 'list-versions',
  text: `select message.seq as message_seq, page.seq, page.data, page.found
    from ${reader}
    left join lateral (
      select * from (
        select versions.*, count(*) over () as found, row_number() over in_order as nth,
          sum(octet_length(data)) over in_order as bytes
        from (
          select version.seq, coalesce((${keptVersion('version.seq')}), case when version.seq = message.seq then event.data
            else (event.data::json -> 'message')::text end) as data
          from (
            (select message.seq as seq where message.seq > $4::bigint)
            union all
            (select edit.seq from message_edit as edit
              where edit.chat_id = $1::uuid and edit.message_id = message.id and edit.seq > $4::bigint
                and (message.deleted_seq is null or exists (${keptVersion('edit.seq')}))
              order by edit.seq limit $5::int + 1)
            order by seq limit $5::int + 1
          ) as version
          join event on event.stream = $1::uuid and event.seq = version.seq
        ) as versions
        window in_order as (order by versions.seq rows unbounded preceding)
      ) as counted
      where nth <= $5::int and (nth = 1 or bytes <= $6::bigint)
    ) as page on true
    order by page.seq`,
}

interface VersionRow {
  readonly message_seq: string | null
  readonly seq: string | null
  readonly data: string
  /** Number of versions found, at most one more than the limit. */
  readonly found: string
}

/** The versions of a message, oldest first. Rejects with `CursorError` for a bad cursor. */
export const listVersions = async (
  session: DatabaseSession,
  query: MessageDetailQuery,
  pageBytes: number,
): Promise<VersionPage | NoPage> => {
  const after = query.cursor === undefined ? 0 : readVersionCursor(query.cursor).after
  const values = [query.room, query.reader, query.message, after, query.limit, pageBytes]
  const rows = await session.run<VersionRow>(listVersionsStatement, values)
  if (rows[0] === undefined) return 'forbidden'
  if (rows[0].message_seq === null) return 'unknown_message'
  const versions = rows.flatMap(({ seq, data }) => (seq === null ? [] : [{ seq: Number(seq), data }]))
  const last = versions.at(-1)
  if (last === undefined || Number(rows[0].found) === versions.length) return { versions }
  return { versions, nextCursor: writeCursor('versions', { after: last.seq }) }
}
