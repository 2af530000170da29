/**
 * The functions of `0003-append-batch` and `0005-functions` that store messages,
 * with the same arguments. A message now gets the number that follows the one of
 * the newest message of its room. The writers of this and of earlier versions
 * call them, so all of them number messages alike. Both run while the room is
 * locked. In a room whose newest message has no number, numbers begin at 1. The
 * newest message is read once for each room, because each read costs about 5 µs.
 */

const applyChanges = `create or replace function apply_changes(
    user_ids uuid[], external_ids text[], user_names text[], users_created_at timestamptz[], users_modified_at timestamptz[],
    new_ids uuid[], new_seqs bigint[], new_last_at timestamptz[], new_counts int[], new_modified_at timestamptz[],
    new_names text[], new_created_by uuid[], new_created_at timestamptz[],
    chat_ids uuid[], chat_seqs bigint[], chats_last_at timestamptz[], chats_added int[], chats_modified_at timestamptz[],
    start_chats uuid[], start_users uuid[], start_since bigint[], start_until bigint[],
    end_chats uuid[], end_users uuid[], end_until bigint[],
    message_chats uuid[], message_seqs bigint[], message_ids uuid[], messages_created_at timestamptz[],
    message_users uuid[], message_types text[]
  ) returns void language plpgsql as $$
  begin
    if user_ids is not null then
      insert into app_user (id, external_id, name, created_at, modified_at)
      select * from unnest(user_ids, external_ids, user_names, users_created_at, users_modified_at);
    end if;
    if new_ids is not null then
      insert into chat (id, seq, last_at, member_count, modified_at, name, created_by, created_at)
      select * from unnest(new_ids, new_seqs, new_last_at, new_counts, new_modified_at, new_names, new_created_by, new_created_at);
    end if;
    if chat_ids is not null then
      update chat set seq = now.seq, last_at = now.last_at, member_count = chat.member_count + now.added,
        modified_at = coalesce(now.modified_at, chat.modified_at)
      from unnest(chat_ids, chat_seqs, chats_last_at, chats_added, chats_modified_at)
        as now (id, seq, last_at, added, modified_at)
      where chat.id = now.id;
    end if;
    if start_chats is not null then
      insert into chat_member (chat_id, user_id, since_seq, until_seq)
      select * from unnest(start_chats, start_users, start_since, start_until)
      on conflict (chat_id, user_id) do update set since_seq = excluded.since_seq, until_seq = excluded.until_seq;
    end if;
    if end_chats is not null then
      update chat_member set until_seq = gone.until_seq
      from unnest(end_chats, end_users, end_until) as gone (chat_id, user_id, until_seq)
      where chat_member.chat_id = gone.chat_id and chat_member.user_id = gone.user_id;
    end if;
    if message_chats is not null then
      insert into message (chat_id, seq, id, created_at, user_id, type, n)
      select chat_id, seq, id, created_at, user_id, type, max(before) over (partition by chat_id) + nth
      from (
        select numbered.*, case nth when 1 then coalesce((
          select message.n from message where message.chat_id = numbered.chat_id order by message.seq desc limit 1
        ), 0) end as before
        from (
          select *, row_number() over (partition by chat_id order by seq) as nth
          from unnest(message_chats, message_seqs, message_ids, messages_created_at, message_users, message_types)
            as new (chat_id, seq, id, created_at, user_id, type)
        ) as numbered
      ) as counted;
    end if;
  end $$`

/** The statement that stores the messages of a batch, each with its number. `0009-functions` uses it too. */
export const insertMessages = `insert into message (chat_id, seq, id, created_at, user_id, type, thread, reply_to, n)
      select chat_id, seq, id, created_at, user_id, type, thread, reply_to, max(before) over (partition by chat_id) + nth
      from (
        select numbered.*, case nth when 1 then coalesce((
          select message.n from message where message.chat_id = numbered.chat_id order by message.seq desc limit 1
        ), 0) end as before
        from (
          select *, row_number() over (partition by chat_id order by seq) as nth
          from unnest(message_chats, message_seqs, message_ids, messages_created_at, message_users, message_types,
            message_threads, messages_reply_to)
            as new (chat_id, seq, id, created_at, user_id, type, thread, reply_to)
        ) as numbered
      ) as counted;`

const applyRoomChanges = `create or replace function apply_room_changes(
    user_ids uuid[], external_ids text[], user_names text[], users_created_at timestamptz[], users_modified_at timestamptz[],
    new_ids uuid[], new_seqs bigint[], new_last_at timestamptz[], new_counts int[], new_modified_at timestamptz[],
    new_names text[], new_created_by uuid[], new_created_at timestamptz[], new_active_at timestamptz[],
    chat_ids uuid[], chat_seqs bigint[], chats_last_at timestamptz[], chats_added int[], chats_modified_at timestamptz[],
    chats_active_at timestamptz[],
    start_chats uuid[], start_users uuid[], start_since bigint[], start_until bigint[],
    end_chats uuid[], end_users uuid[], end_until bigint[],
    message_chats uuid[], message_seqs bigint[], message_ids uuid[], messages_created_at timestamptz[],
    message_users uuid[], message_types text[], message_threads uuid[], messages_reply_to uuid[],
    message_changes json
  ) returns void language plpgsql as $$
  begin
    if user_ids is not null then
      insert into app_user (id, external_id, name, created_at, modified_at)
      select * from unnest(user_ids, external_ids, user_names, users_created_at, users_modified_at);
    end if;
    if new_ids is not null then
      insert into chat (id, seq, last_at, member_count, modified_at, name, created_by, created_at, active_at)
      select id, seq, last_at, added, modified_at, name, created_by, created_at, nullif(active_at, last_at)
      from unnest(new_ids, new_seqs, new_last_at, new_counts, new_modified_at, new_names, new_created_by, new_created_at,
        new_active_at) as new (id, seq, last_at, added, modified_at, name, created_by, created_at, active_at);
    end if;
    if chat_ids is not null then
      update chat set seq = now.seq, last_at = now.last_at, member_count = chat.member_count + now.added,
        modified_at = coalesce(now.modified_at, chat.modified_at),
        active_at = nullif(case now.active_at when '-infinity' then coalesce(chat.active_at, chat.last_at)
          else now.active_at end, now.last_at)
      from unnest(chat_ids, chat_seqs, chats_last_at, chats_added, chats_modified_at, chats_active_at)
        as now (id, seq, last_at, added, modified_at, active_at)
      where chat.id = now.id;
    end if;
    if start_chats is not null then
      insert into chat_member (chat_id, user_id, since_seq, until_seq)
      select * from unnest(start_chats, start_users, start_since, start_until)
      on conflict (chat_id, user_id) do update set since_seq = excluded.since_seq, until_seq = excluded.until_seq;
    end if;
    if end_chats is not null then
      update chat_member set until_seq = gone.until_seq
      from unnest(end_chats, end_users, end_until) as gone (chat_id, user_id, until_seq)
      where chat_member.chat_id = gone.chat_id and chat_member.user_id = gone.user_id;
    end if;
    if message_chats is not null then
      ${insertMessages}
    end if;
    if message_changes is not null then
      perform apply_message_changes(message_changes);
    end if;
  end $$`

/** In the order of their replacement. */
export const numberingFunctions = [applyChanges, applyRoomChanges]
