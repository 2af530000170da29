import { applyChanges } from './0003-append-batch.ts'

/**
 * SQL that stores the messages of a batch. Each gets the number that follows the one of the newest message of its room; in
 * a room whose newest message has no number, numbers begin at 1. Runs while the rooms are locked. The newest message is
 * read once for each room, because each read costs about 5 µs. `values`: the parameters of the columns.
 */
export const insertNumbered = (columns: string, values: string): string =>
  `insert into message (${columns}, n)
      select ${columns}, max(before) over (partition by chat_id) + nth
      from (
        select numbered.*, case nth when 1 then coalesce((
          select message.n from message where message.chat_id = numbered.chat_id order by message.seq desc limit 1
        ), 0) end as before
        from (
          select *, row_number() over (partition by chat_id order by seq) as nth
          from unnest(${values})
            as new (${columns})
        ) as numbered
      ) as counted;`

/** `apply_changes`, which writers of earlier versions call; `0009-functions` replaces that of the present version. */
export const numberingFunctions = [
  applyChanges(
    'create or replace',
    insertNumbered(
      'chat_id, seq, id, created_at, user_id, type',
      'message_chats, message_seqs, message_ids, messages_created_at, message_users, message_types',
    ),
  ),
]
