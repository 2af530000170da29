import type pg from 'pg'
import { messageText } from '../../support/load/message-text.ts'

/** A room that is filled by SQL, with the rows that writers would have inserted. */
export interface FilledRoom {
  readonly room: string
  /** The creator of the room and the author of all messages. */
  readonly author: string
  readonly messages: number
}

/** SQL for the id of message `n`. */
const messageId = (n: string): string => `('00000000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`

/** The id of message `n`, from 0. */
export const filledMessage = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

export const filledFrom = Date.parse('2025-01-01T00:00:00Z')

const iso = `to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** A temporary table with a row for each message, one second apart. `seqs`: further columns. */
const numbered = ({ author, messages }: FilledRoom, columns: string): string => `create temp table filled as
  select *, json_build_object('id', id, 'msg', '${messageText(100)}', 'type', 'text', 'user_id', '${author}',
    'created_at', ${iso}, 'modified_at', ${iso}) as content
  from (
    select n, ${messageId('n')} as id, timestamptz '2025-01-01 00:00:00Z' + n * interval '1 second' as at, ${columns}
    from (select n, n / 100 as b, n % 100 as i from generate_series(0, ${messages - 1}) as n) as numbers
  ) as made`

const insertEvents = ({ room }: FilledRoom, type: string, columns: string, from: string): string =>
  `insert into event (stream, seq, v, kind, type, data, command_id, digest)
   select '${room}', seq, 1, 'chat', '${type}', data::text, id, 'bench' from (select ${columns} from ${from}) as made (seq, data, id)`

const insertRoom = ({ room, author }: FilledRoom, seq: number): readonly string[] => [
  `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
   values ('${room}', 'bench', '${author}', ${seq}, now(), 1, now(), now())`,
  `insert into chat_member (chat_id, user_id, since_seq) values ('${room}', '${author}', 0)`,
]

const run = async (client: pg.Client, statements: readonly string[]): Promise<void> => {
  for (const statement of statements) await client.query(statement)
}

/** Statistics, visibility map and written pages, so that none of it is part of a measurement. */
const settle = ['drop table if exists filled', 'vacuum analyze', 'checkpoint']

/** The seqs of 100 messages and of the events that change them: 5 edits, 2 deletions, and 3 reactions to each of 10 messages. */
const blockSeqs = 137

/** Of 100 messages, 5 are edited, 2 deleted, and 10 have reactions of three users, one of whom is the author. */
export const fillLivingRoom = async (client: pg.Client, filled: FilledRoom): Promise<void> => {
  const { room, author, messages } = filled
  const change = (message: string): string =>
    `json_build_object('id', gen_random_uuid(), 'user_id', '${author}', 'created_at', ${iso}, 'message', ${message})`
  const tombstone = `(content::jsonb || '{"msg":"","deleted":true}')::json`
  const reactors = `filled cross join generate_series(0, 2) as u where reaction_seq is not null`
  const key = `case u when 2 then '🎉' else '👍' end`
  await run(client, [
    numbered(
      filled,
      `b * ${blockSeqs} + 1 + i as seq,
      case when i % 20 = 3 then b * ${blockSeqs} + 101 + i / 20 end as edit_seq,
      case when i % 50 = 7 then b * ${blockSeqs} + 106 + i / 50 end as deletion_seq,
      case when i % 10 = 0 then b * ${blockSeqs} + 108 + i / 10 * 3 end as reaction_seq`,
    ),
    ...insertRoom(filled, Math.ceil(messages / 100) * blockSeqs),
    insertEvents(filled, 'MessagePosted', `seq, case when deletion_seq is null then content else ${tombstone} end, id`, 'filled'),
    insertEvents(
      filled,
      'MessageEdited',
      `edit_seq, ${change('content')}, gen_random_uuid()`,
      'filled where edit_seq is not null',
    ),
    insertEvents(
      filled,
      'MessageDeleted',
      `deletion_seq, ${change(tombstone)}, gen_random_uuid()`,
      'filled where deletion_seq is not null',
    ),
    insertEvents(filled, 'ReactionSet', `reaction_seq + u, ${change('to_json(id)')}, gen_random_uuid()`, reactors),
    `insert into message (chat_id, seq, id, created_at, user_id, type, version_seq, deleted_seq)
     select '${room}', seq, id, at, '${author}', 'text', edit_seq, deletion_seq from filled`,
    `insert into message_edit select '${room}', id, edit_seq from filled where edit_seq is not null`,
    `insert into message_reaction
     select '${room}', id, ${key}, case u when 0 then '${author}' else ${messageId('u')} end, reaction_seq + u from ${reactors}`,
    `insert into reaction_count select '${room}', id, ${key}, case u when 2 then 1 else 2 end from ${reactors} and u > 0`,
    ...settle,
  ])
}

/** Messages per thread; the first of them is the root. */
export const threadMessages = 5_000
export const pinnedMessages = 100

/** Nearly all messages are replies. The first hundred replies of the first thread are pinned. */
export const fillRoomOfReplies = async (client: pg.Client, filled: FilledRoom): Promise<void> => {
  const { room, author, messages } = filled
  const isRoot = `n % ${threadMessages} = 0`
  await run(client, [
    numbered(filled, 'n + 1 as seq'),
    ...insertRoom(filled, messages),
    insertEvents(filled, 'MessagePosted', 'seq, content, id', 'filled'),
    `insert into message (chat_id, seq, id, created_at, user_id, type, thread, reply_count, last_reply_seq, pinned_seq)
     select '${room}', seq, id, at, '${author}', 'text', case when not ${isRoot} then ${messageId(`n - n % ${threadMessages}`)} end,
       case when ${isRoot} then ${threadMessages - 1} else 0 end, case when ${isRoot} then seq + ${threadMessages - 1} end,
       case when n between 1 and ${pinnedMessages} then seq end from filled`,
    ...settle,
  ])
}

/** One message with this many edits, and with reactions of this many users. */
export const fillMuchChanged = async (
  client: pg.Client,
  filled: FilledRoom,
  { edits, reactions }: { readonly edits: number; readonly reactions: number },
): Promise<void> => {
  const { room, author } = filled
  const one = filledMessage(0)
  const changes = `filled cross join generate_series(1, ${edits}) as edit where n = 0`
  const edit = `json_build_object('id', gen_random_uuid(), 'user_id', '${author}', 'created_at', ${iso}, 'message', content)`
  await run(client, [
    numbered(filled, `n + 1 as seq`),
    ...insertRoom(filled, filled.messages + edits),
    insertEvents(filled, 'MessagePosted', 'seq, content, id', 'filled'),
    insertEvents(filled, 'MessageEdited', `${filled.messages} + edit, ${edit}, gen_random_uuid()`, changes),
    `insert into message (chat_id, seq, id, created_at, user_id, type, version_seq)
     select '${room}', seq, id, at, '${author}', 'text', case when n = 0 then ${filled.messages + edits} end from filled`,
    `insert into message_edit select '${room}', '${one}', ${filled.messages} + edit from generate_series(1, ${edits}) as edit`,
    `insert into message_reaction
     select '${room}', '${one}', '👍', gen_random_uuid(), 1 from generate_series(1, ${reactions})`,
    `insert into reaction_count values ('${room}', '${one}', '👍', ${reactions})`,
    ...settle,
  ])
}
